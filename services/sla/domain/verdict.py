"""A replay in one sentence, in both languages of the house."""

from services.sla.domain.replay import Side, Tally
from shared.vocabulary import Localized


def verdict(tally: Tally, outside: tuple[int, int]) -> Localized:
    """Broken promises and calls, old beside new; `outside` is the calls out of hours."""
    old, new = broken(tally.old), broken(tally.new)
    called = (len(tally.old.called), len(tally.new.called))
    return Localized(
        ar=(
            f"التذاكر المعاد احتسابها: {tally.tickets}."
            f" الوعود المُخلّ بها: {new} بعد أن كانت {old}."
            f" الاستدعاءات: {called[1]} بعد أن كانت {called[0]}،"
            f" منها خارج ساعات العمل {outside[1]} بعد أن كانت {outside[0]}."
        ),
        en=(
            f"Tickets replayed: {tally.tickets}."
            f" Promises broken: {new}, were {old}."
            f" People called: {called[1]} times, was {called[0]},"
            f" of these outside working hours {outside[1]}, was {outside[0]}."
        ),
    )


def broken(side: Side) -> int:
    return sum(count for (_, _, word), count in side.outcomes.items() if word == "breached")
