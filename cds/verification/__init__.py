"""What can be said about a ruleset without a patient."""
