"""What is likely a slip in a ruleset that loads: one check a file, in `checks/`."""

from cds.verification.lint.findings import Finding, findings_in

__all__ = ["Finding", "findings_in"]
