"""Words of reports: a column says what happened, never a status that a ticket has now."""

from services.tickets.domain.reporting import Measure
from services.tickets.domain.reportsheet import names_of
from services.tickets.domain.reportwords import FIGURES
from services.tickets.domain.stories import STATUS_WORDS


def test_no_arabic_count_of_events_reads_as_a_status() -> None:
    statuses = {
        f"{article}{words['ar']}" for words in STATUS_WORDS.values() for article in ("", "ال")
    }
    assert not statuses & {FIGURES[name]["ar"] for name in names_of(Measure.VOLUME)}
