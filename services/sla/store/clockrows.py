"""The row of a ticket's clocks as a value, and the documents inside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from services.sla.domain.fold import Happening
from services.sla.domain.outcomes import Outcome
from services.sla.domain.settle import Stated
from shared.vocabulary import Metric
from shared.worktime import Micros

_CLOCKS: Final = 14


@dataclass(slots=True)
class ClockRow:
    """A ticket's clocks as stored; `happenings` is what the fold reads.

    `outcomes` is what became of each promise, known once the row was settled.
    """

    ticket_id: UUID
    organization_id: UUID
    department_id: UUID
    priority: str
    status: str
    policy_id: UUID
    policy_version: int
    contract_id: UUID | None
    calendar_id: UUID
    opened_at: datetime
    settled_at: datetime
    generation: int
    sequence: int
    next_due_at: datetime | None
    clocks: list[dict[str, Any]]
    stated: Stated
    revision: int
    happenings: list[Happening] = field(default_factory=list)
    outcomes: tuple[Outcome, ...] = ()


def clock_row(columns: Sequence[Any]) -> ClockRow:
    """From the columns of a select, in the order of the fields."""
    values = list(columns)
    values[_CLOCKS] = orjson.loads(values[_CLOCKS])
    values[_CLOCKS + 1] = _read_stated(orjson.loads(values[_CLOCKS + 1]))
    return ClockRow(*values)


def as_text(document: Any) -> str:
    return orjson.dumps(document).decode()


def stated_document(stated: Stated) -> dict[str, Any]:
    return {
        "breaches": sorted([m.value, c] for m, c in stated.breaches),
        "met": sorted([m.value, c, at] for m, c, at in stated.met),
        "warned": [[m.value, c, point, at] for (m, c, point), at in stated.warned.items()],
    }


def _read_stated(data: dict[str, Any]) -> Stated:
    if not data:
        return Stated()
    warned: dict[tuple[Metric, int, float], Micros] = {
        (Metric(m), c, point): at for m, c, point, at in data["warned"]
    }
    return Stated(
        frozenset((Metric(m), c) for m, c in data["breaches"]),
        frozenset((Metric(m), c, at) for m, c, at in data["met"]),
        warned,
    )
