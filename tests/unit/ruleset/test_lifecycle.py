"""The life of a ruleset: draft, active, retired (language §13)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cds.ruleset.lifecycle import in_effect, overlap
from cds.ruleset.loader import load_ruleset
from cds.ruleset.model import Lifecycle

Write = Callable[..., Path]
Fail = Callable[..., str]
DRAFT = "lifecycle: {status: draft}"


def with_lifecycle(text: str, lifecycle: str) -> str:
    """Put another lifecycle into a draft."""
    assert DRAFT in text
    return text.replace(DRAFT, f"lifecycle: {lifecycle}")


def sign_off(digest: str) -> str:
    """Give the sign-off of a digest."""
    return f'sign_off: {{by: Dr. Example, role: anaesthetist, decided: "2026-11-01", digest: "{digest}"}}'


def test_signed_ruleset_is_active(write: Write, small: str) -> None:
    """A sign-off of exactly this content makes a ruleset active, and does not change its digest."""
    draft = load_ruleset(write())
    active = load_ruleset(write(with_lifecycle(small, f"{{status: active, {sign_off(draft.digest)}}}")))
    assert active.document.lifecycle.status == "active"
    assert active.digest == draft.digest


def test_active_needs_a_sign_off(write: Write, small: str, problems_of: Fail) -> None:
    """Without a sign-off nothing is active; the digest to sign is told."""
    digest = load_ruleset(write()).digest
    assert problems_of(with_lifecycle(small, "{status: active}")) == (
        "small/ruleset.yaml:5:1: lifecycle: an active ruleset needs a clinical sign-off; "
        f"expected `sign_off` with `by`, `role`, `decided` and the digest {digest}"
    )


def test_sign_off_of_other_content_is_refused(write: Write, small: str, problems_of: Fail) -> None:
    """A change after the sign-off needs a new one."""
    draft = load_ruleset(write())
    signed = with_lifecycle(small, f"{{status: active, {sign_off(draft.digest)}}}")
    changed = signed.replace("severity: high", "severity: critical")
    digest = load_ruleset(write(changed.replace("status: active", "status: draft"))).digest
    assert problems_of(changed) == (
        "small/ruleset.yaml:5:108: lifecycle.sign_off.digest: the sign-off is for other content: "
        f"it names {draft.digest}, this ruleset is {digest}; expected a new sign-off of exactly this content"
    )


def test_dates_are_in_order(small: str, problems_of: Fail) -> None:
    """A ruleset cannot end before it begins."""
    dates = '{status: draft, effective_from: "2026-11-21", effective_until: "2026-11-20"}'
    assert problems_of(with_lifecycle(small, dates)) == (
        "small/ruleset.yaml:5:75: lifecycle.effective_until: `effective_until` 2026-11-20 is before `effective_from` "
        "2026-11-21; expected a day from `effective_from` on"
    )


def test_one_day_is_a_time_in_effect(write: Write, small: str) -> None:
    """The first day may be the last."""
    dates = '{status: retired, effective_from: "2026-11-21", effective_until: "2026-11-21"}'
    assert load_ruleset(write(with_lifecycle(small, dates))).document.lifecycle.status == "retired"


@pytest.mark.parametrize("dates", ["", ', effective_from: "2026-11-21"', ', effective_until: "2026-11-21"'])
def test_retired_needs_both_dates(dates: str, small: str, problems_of: Fail) -> None:
    """A retired ruleset decides for past days only, so that it says for which."""
    assert problems_of(with_lifecycle(small, f"{{status: retired{dates}}}")) == (
        "small/ruleset.yaml:5:1: lifecycle: a retired ruleset needs the days between which it was in effect; "
        "expected `effective_from` and `effective_until`"
    )


@pytest.mark.parametrize("key", ["effective_from", "effective_until", "review_by"])
def test_dates_are_days_of_the_calendar(key: str, small: str, problems_of: Fail) -> None:
    """The 29th of February is a day in leap years only."""
    said = problems_of(with_lifecycle(small, f'{{status: draft, {key}: "2027-02-29"}}'))
    assert said.endswith(f"lifecycle.{key}: `2027-02-29` is not a day of the calendar")
    assert "not a day" not in problems_of(with_lifecycle(small, f'{{status: x, {key}: "2028-02-29"}}'))


@pytest.mark.parametrize(
    ("status", "day", "reason"),
    [
        ("draft", "1999-01-01", None),
        ("active", "2026-11-20", "it is in effect from 2026-11-21 on"),
        ("active", "2026-11-21", None),
        ("active", "2026-12-31", None),
        ("active", "2027-01-01", "it was in effect until 2026-12-31"),
        ("retired", "2026-11-20", "it is in effect from 2026-11-21 on"),
        ("retired", "2026-12-31", None),
        ("retired", "2027-01-01", "it was in effect until 2026-12-31"),
    ],
)
def test_effective_dates_belong_to_the_time_in_effect(status: str, day: str, reason: str | None) -> None:
    """Both dates are included; a draft decides on any day."""
    assert in_effect(status, "2026-11-21", "2026-12-31", day) == reason


def test_dates_that_are_not_given_are_no_bounds() -> None:
    """An active ruleset without dates is in effect on every day."""
    assert in_effect("active", None, None, "1999-01-01") is None
    assert in_effect("active", "2026-11-21", None, "2999-01-01") is None
    assert in_effect("active", None, "2026-11-21", "1999-01-01") is None


@pytest.mark.parametrize(
    ("first", "second", "common"),
    [
        (("2026-01-01", "2026-06-30"), ("2026-07-01", None), False),
        (("2026-01-01", "2026-07-01"), ("2026-07-01", None), True),
        (("2026-01-01", None), ("2026-07-01", "2026-08-01"), True),
        ((None, None), (None, None), True),
        ((None, "2026-01-01"), ("2026-01-02", "2026-01-03"), False),
    ],
)
def test_overlap_is_a_common_day(
    first: tuple[str | None, str | None], second: tuple[str | None, str | None], *, common: bool
) -> None:
    """Two times in effect overlap if one day is in both, whichever comes first."""
    one, other = (Lifecycle(status="active", effective_from=a, effective_until=b) for a, b in (first, second))
    assert overlap(one, other) is overlap(other, one) is common
