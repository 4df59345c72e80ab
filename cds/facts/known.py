"""Reading what is known, by the type of the fact, together with the normal form that equal values share.

A normal form is what a document would say: an exact decimal in the declared unit, an instant in UTC or a day, a word.
It reads back as the same value and the same normal form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from cds.errors import InputError, nearest
from cds.facts.context import Context, Json, Path, check_keys, one_of, placed, read_text, refusal
from cds.facts.decimals import number_text, read_number
from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import EXPECTED, format_day, format_utc, parse_instant
from cds.facts.model import Coded, Span, Text, TimeSpan, Value, Word
from cds.facts.tokens import quoted
from cds.facts.units import convert, parse_quantity, quantity_text
from cds.terminology.codes import SYSTEM_OF_URI, Code, System

Read = tuple[Value, Json]
"""A value and its normal form."""

FROM, TO = "from", "to"
SYSTEM, CODE, DISPLAY = "system", "code", "display"
LONGEST_CODE = 64


def read_known(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    """Read a known value of a fact, or the interval in which it is known to lie.

    Raises:
        FactsError: the value is of another type, or impossible.
    """
    return _READERS[declared.type](raw, declared, context, path)


def _boolean(raw: Json, _declared: Declaration, context: Context, path: Path) -> Read:
    if not isinstance(raw, bool):
        raise refusal(f"{quoted(raw)} is neither true nor false", context.place, path, expected="`true` or `false`")
    return Word(raw), raw


def _enum(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    if not isinstance(raw, str) or raw not in declared.values:
        raise refusal(
            f"{quoted(raw)} is not a value of `{declared.name}`",
            context.place,
            path,
            expected=one_of(declared.values),
            suggestion=nearest(raw, declared.values) if isinstance(raw, str) else None,
        )
    return Word(raw), raw


def _number(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    return _span(raw, declared, context, path, end=_number_end, text=number_text)


def _quantity(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    unit = str(declared.unit)
    return _span(raw, declared, context, path, end=_quantity_end, text=lambda value: quantity_text(value, unit))


def _span(
    raw: Json,
    declared: Declaration,
    context: Context,
    path: Path,
    *,
    end: Callable[[Json, Declaration], Fraction],
    text: Callable[[Fraction], str],
) -> Read:
    if not isinstance(raw, dict):
        value = _within_limits(raw, declared, context, path, end=end)
        return Span(value, value), text(value)
    _check_interval(raw, context, path)
    low, high = (_within_limits(raw[key], declared, context, (*path, key), end=end) for key in (FROM, TO))
    if low > high:
        raise _backwards(context, path)
    return Span(low, high), text(low) if low == high else {FROM: text(low), TO: text(high)}


def _within_limits(
    raw: Json, declared: Declaration, context: Context, path: Path, *, end: Callable[[Json, Declaration], Fraction]
) -> Fraction:
    try:
        value = end(raw, declared)
    except InputError as error:
        raise placed(error, context.place, path) from error
    unit = f" {declared.unit}" if declared.unit else ""
    if declared.minimum is not None and value < declared.minimum:
        limit = f"at least `{number_text(declared.minimum)}{unit}`"
        raise refusal(f"{quoted(raw)} is not possible for `{declared.name}`", context.place, path, expected=limit)
    if declared.maximum is not None and value > declared.maximum:
        limit = f"at most `{number_text(declared.maximum)}{unit}`"
        raise refusal(f"{quoted(raw)} is not possible for `{declared.name}`", context.place, path, expected=limit)
    return value


def _number_end(raw: Json, _declared: Declaration) -> Fraction:
    return read_number(raw)


def _quantity_end(raw: Json, declared: Declaration) -> Fraction:
    unit = str(declared.unit)
    if not isinstance(raw, str):
        raise InputError(f"{quoted(raw)} has no unit", expected=f"text with a UCUM unit that converts to `{unit}`")
    quantity = parse_quantity(raw)
    return convert(quantity.value, quantity.unit, unit, molar_mass_g_per_mol=declared.molar_mass_g_per_mol)


def _time(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    if isinstance(raw, dict):
        span, normal = _time_interval(raw, declared, context, path)
    else:
        span = _time_end(raw, declared, context, path)
        normal = _time_text(raw, span, context)
    if declared.not_after_as_of and span.low > context.as_of:
        raise refusal(f"`{declared.name}` lies after `as_of`", context.place, path, expected="a time that has been")
    return span, normal


def _time_end(raw: Json, declared: Declaration, context: Context, path: Path) -> TimeSpan:
    if not isinstance(raw, str):
        raise refusal(f"{quoted(raw)} is not a time", context.place, path, expected=EXPECTED)
    try:
        return parse_instant(raw, context.zone, by_day=declared.by_day)
    except InputError as error:
        raise placed(error, context.place, path) from error


def _time_text(raw: str, span: TimeSpan, context: Context) -> str:
    """Write an instant in UTC and a day as its date, which most often is what was written."""
    if span.low == span.high:
        return format_utc(span.low)
    return raw if len(raw) == len("2026-11-21") else format_day(context.zone.day_of(span.low))


def _time_interval(
    raw: Mapping[str, Json], declared: Declaration, context: Context, path: Path
) -> tuple[TimeSpan, Json]:
    """Read an interval; its normal form has whole days where its ends are those of days."""
    _check_interval(raw, context, path)
    first, last = (_time_end(raw[key], declared, context, (*path, key)) for key in (FROM, TO))
    span = TimeSpan(first.low, last.high)
    if span.low > span.high:
        raise _backwards(context, path)
    if span.low == span.high:
        return span, format_utc(span.low)
    zone = context.zone
    first_day, last_day = zone.day_of(span.low), zone.day_of(span.high)
    low = format_day(first_day) if zone.start_of_day(first_day) == span.low else format_utc(span.low)
    high = format_day(last_day) if zone.end_of_day(last_day) == span.high else format_utc(span.high)
    return span, low if low == high else {FROM: low, TO: high}


def _text(raw: Json, _declared: Declaration, context: Context, path: Path) -> Read:
    text = read_text(raw, context.place, path)
    return Text(text), text


def _code(raw: Json, _declared: Declaration, context: Context, path: Path) -> Read:
    if not isinstance(raw, dict):
        expected = "an object with `system` and `code`"
        raise refusal(f"{quoted(raw)} is not a code", context.place, path, expected=expected)
    check_keys(raw, (SYSTEM, CODE, DISPLAY), context.place, path)
    system = _system(raw.get(SYSTEM), context, (*path, SYSTEM))
    code = read_text(raw.get(CODE), context.place, (*path, CODE))
    if len(code) > LONGEST_CODE or code.split() != [code]:
        expected = f"at most {LONGEST_CODE} characters without spaces"
        raise refusal(f"{quoted(code)} is not a code", context.place, (*path, CODE), expected=expected)
    normal = {SYSTEM: system.uri, CODE: code}
    if raw.get(DISPLAY) is not None:
        normal[DISPLAY] = read_text(raw[DISPLAY], context.place, (*path, DISPLAY))
    return Coded(Code(system, code)), normal


def _system(raw: Json, context: Context, path: Path) -> System:
    system = SYSTEM_OF_URI.get(raw) if isinstance(raw, str) else None
    if system is None:
        by_name = {each.value: each.uri for each in System}
        raise refusal(
            f"{quoted(raw)} is not the URI of a code system",
            context.place,
            path,
            expected=one_of(SYSTEM_OF_URI),
            suggestion=(by_name.get(raw.lower()) or nearest(raw, SYSTEM_OF_URI)) if isinstance(raw, str) else None,
        )
    return system


def _concept(_raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    problem = f"`{declared.name}` is recognised from `code` and `text`, it cannot be given"
    raise refusal(problem, context.place, path, expected="`code` or `text`")


def _check_interval(raw: Mapping[str, Json], context: Context, path: Path) -> None:
    check_keys(raw, (FROM, TO), context.place, path)
    for key in (FROM, TO):
        if key not in raw:
            raise refusal(f"the interval has no `{key}`", context.place, path, expected="both `from` and `to`")


def _backwards(context: Context, path: Path) -> InputError:
    return refusal("`from` lies above `to`", context.place, path, expected="the lower end first")


_READERS: Mapping[FactType, Callable[[Json, Declaration, Context, Path], Read]] = {
    FactType.BOOLEAN: _boolean,
    FactType.ENUM: _enum,
    FactType.NUMBER: _number,
    FactType.QUANTITY: _quantity,
    FactType.TIME: _time,
    FactType.CONCEPT: _concept,
    FactType.CODE: _code,
    FactType.TEXT: _text,
}
