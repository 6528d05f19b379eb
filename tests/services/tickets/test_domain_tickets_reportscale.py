"""Scales are round and hold everything; names are whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.tickets.domain.reportchart import wrapped
from services.tickets.domain.reporting import Measure
from services.tickets.domain.reportscale import scale

SIZES = some.floats(0, 5 * 366 * 86_400)


@given(some.sampled_from([Measure.VOLUME, Measure.RESOLUTION, Measure.MESSAGES]), SIZES)
def test_a_scale_holds_everything_and_wastes_little(measure: Measure, largest: float) -> None:
    found = scale(measure, largest)
    assert found.top >= largest - 1e-6
    assert found.steps <= 5
    assert found.top - largest <= found.step + 1e-6


@pytest.mark.parametrize(
    ("measure", "largest", "ticks"),
    [
        (Measure.VOLUME, 1, [0, 1]),
        (Measure.VOLUME, 3, [0, 1, 2, 3]),
        (Measure.VOLUME, 7, [0, 2, 4, 6, 8]),
        (Measure.BACKLOG, 1_204, [0, 500, 1_000, 1_500]),
        (Measure.RESOLUTION, 5 * 3_600, [0, 3_600, 7_200, 10_800, 14_400, 18_000]),
        (Measure.FIRST_RESPONSE, 40 * 60, [0, 600, 1_200, 1_800, 2_400]),
        (Measure.RESOLUTION, 9 * 86_400, [0, 172_800, 345_600, 518_400, 691_200, 864_000]),
        (Measure.FEEDBACK, 4.2, [0, 1, 2, 3, 4, 5]),
        (Measure.REOPENING, 0.7, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_ticks_are_numbers_that_a_reader_counts_in(
    measure: Measure, largest: float, ticks: list[float]
) -> None:
    assert [*scale(measure, largest).ticks()] == ticks


def test_a_long_name_is_broken_between_words_and_cut_only_beyond_reason() -> None:
    name = "شركة الخليج المتحدة للتقنيات المتقدمة والحلول الرقمية"
    assert " ".join(wrapped(name, 20, 5)) == name
    assert wrapped("(none)", 20, 2) == ["(none)"]
    assert wrapped("x" * 100, 20, 2)[-1].endswith("…")
