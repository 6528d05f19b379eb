"""Whether a definition makes sense, and whether it may follow the one before it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.tickets.domain.faults import Fault, Refused
from services.tickets.domain.fields import (
    LISTED,
    LONGEST,
    LONGEST_URL,
    MOST_OPTIONS,
    RANGED,
    WRITTEN,
    Definition,
    Field,
    FieldType,
    Limit,
    Option,
)
from services.tickets.domain.fieldvalues import ValueRefused, limit


def sound(wish: Definition) -> Definition:
    """The definition with its limits in canonical form, or Refused."""
    faults = [*_options(wish), *_lengths(wish)]
    low, more = _limit(wish, "minimum", wish.minimum)
    high, still = _limit(wish, "maximum", wish.maximum)
    faults += [*more, *still]
    if not (more or still) and low is not None and high is not None and high < low:  # type: ignore[operator]  # both are of the field's type
        faults.append(Fault("/maximum", "limits_crossed"))
    if faults:
        raise Refused(faults)
    return replace(wish, minimum=low, maximum=high)


def revised(before: Field, wish: Definition) -> Definition:
    """What may follow: a used type stays, and an option never comes to mean something else."""
    definition = replace(wish, options=_followed(before.definition.options, wish.options))
    faults = [*_reused(before.definition.options, wish.options)]
    if before.used and wish.type is not before.type:
        faults.append(Fault("/type", "type_in_use"))
    if faults:
        raise Refused(faults)
    return sound(definition)


def _options(wish: Definition) -> Iterator[Fault]:
    listed = wish.type in LISTED
    if wish.options and not listed:
        yield Fault("/options", "no_options")
    if listed and not any(not one.retired for one in wish.options):
        yield Fault("/options", "options_missing")
    if len(wish.options) > MOST_OPTIONS:
        yield Fault("/options", "too_many_options", {"most": str(MOST_OPTIONS)})
    values = [one.value for one in wish.options]
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Fault(f"/options/{index}/value", "option_repeated")


def _lengths(wish: Definition) -> Iterator[Fault]:
    if wish.max_length is None:
        return
    if wish.type not in WRITTEN:
        yield Fault("/max_length", "no_length")
        return
    most = LONGEST_URL if wish.type is FieldType.URL else LONGEST
    if wish.max_length > most:
        yield Fault("/max_length", "too_great", {"most": str(most)})


def _limit(wish: Definition, name: str, value: Limit | None) -> tuple[Limit | None, list[Fault]]:
    if value is None:
        return None, []
    if wish.type not in RANGED:
        return None, [Fault(f"/{name}", "no_limits")]
    try:
        return limit(wish.type, value), []
    except ValueRefused as refusal:
        return None, [Fault(f"/{name}", refusal.code, refusal.gaps)]


def _followed(before: Sequence[Option], wish: Sequence[Option]) -> tuple[Option, ...]:
    """Options that are no longer named are retired, never lost."""
    named = {one.value for one in wish}
    left = (replace(one, retired=True) for one in before if one.value not in named)
    return (*wish, *left)


def _reused(before: Sequence[Option], wish: Sequence[Option]) -> Iterator[Fault]:
    retired = {one.value: one for one in before if one.retired}
    for index, one in enumerate(wish):
        old = retired.get(one.value)
        if old is not None and old.label != one.label:
            yield Fault(f"/options/{index}/label", "option_reused")
