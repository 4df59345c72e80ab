"""Where a ruleset stands in its life, and on which days it decides (language §13)."""

from __future__ import annotations

from cds.ruleset.model import Lifecycle
from cds.ruleset.problems import Problems

_FIRST_DAY = "0000-01-01"
_LAST_DAY = "9999-12-31"


def in_effect(status: str, effective_from: str | None, effective_until: str | None, day: str) -> str | None:
    """Say why a ruleset does not decide on a day (`2026-11-21`, in the facts' zone), or None if it does.

    A draft decides on any day; an active or retired ruleset within its effective dates, both included.
    """
    if status == "draft":
        return None
    if effective_from is not None and day < effective_from:
        return f"it is in effect from {effective_from} on"
    if effective_until is not None and day > effective_until:
        return f"it was in effect until {effective_until}"
    return None


def overlap(one: Lifecycle, other: Lifecycle) -> bool:
    """Tell whether two rulesets are in effect on a common day; a date that is not given is no bound."""
    return (one.effective_from or _FIRST_DAY) <= (other.effective_until or _LAST_DAY) and (
        other.effective_from or _FIRST_DAY
    ) <= (one.effective_until or _LAST_DAY)


def check_lifecycle(lifecycle: Lifecycle, digest: str, problems: Problems) -> None:
    """Note what keeps a lifecycle from being true of the ruleset with this digest."""
    begins, ends = lifecycle.effective_from, lifecycle.effective_until
    if begins is not None and ends is not None and begins > ends:
        problems.add(
            ("lifecycle", "effective_until"),
            f"`effective_until` {ends} is before `effective_from` {begins}",
            expected="a day from `effective_from` on",
        )
    if lifecycle.status == "retired" and (begins is None or ends is None):
        problems.add(
            ("lifecycle",),
            "a retired ruleset needs the days between which it was in effect",
            expected="`effective_from` and `effective_until`",
        )
    if lifecycle.status == "active":
        _check_sign_off(lifecycle, digest, problems)


def _check_sign_off(lifecycle: Lifecycle, digest: str, problems: Problems) -> None:
    if lifecycle.sign_off is None:
        problems.add(
            ("lifecycle",),
            "an active ruleset needs a clinical sign-off",
            expected=f"`sign_off` with `by`, `role`, `decided` and the digest {digest}",
        )
    elif lifecycle.sign_off.digest != digest:
        problems.add(
            ("lifecycle", "sign_off", "digest"),
            f"the sign-off is for other content: it names {lifecycle.sign_off.digest}, this ruleset is {digest}",
            expected="a new sign-off of exactly this content",
        )
