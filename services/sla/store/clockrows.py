"""The row of a ticket's clocks as a value, and the documents inside it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from services.sla.domain.happenings import Happening
from services.sla.domain.outcomes import Outcome
from services.sla.domain.settle import NOTHING, Stated
from services.sla.domain.terms import Terms
from services.sla.domain.words import ContractKind, Limit
from shared.vocabulary import Metric
from shared.worktime import Micros

_CLOCKS: Final = 14
_KIND: Final = 17


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
    kind: ContractKind | None = None
    judged_by: int | None = None
    """Of a clock at its end: the newest revision of the calendars when it ended (sla.md 5.9)."""
    happenings: list[Happening] = field(default_factory=list)
    outcomes: tuple[Outcome, ...] = ()

    @property
    def terms(self) -> Terms:
        """What the ticket is served under now."""
        return Terms(
            self.policy_id, self.policy_version, self.calendar_id, self.contract_id, self.kind
        )

    def take(self, terms: Terms) -> None:
        """Be served under other terms from now on."""
        self.policy_id, self.policy_version = terms.policy_id, terms.version
        self.calendar_id = terms.calendar_id
        self.contract_id, self.kind = terms.contract_id, terms.kind


def clock_row(row: RowMapping) -> ClockRow:
    """From the columns of a select, in the order of the fields."""
    values: list[Any] = list(row.values())
    values[_CLOCKS] = orjson.loads(values[_CLOCKS])
    values[_CLOCKS + 1] = _read_stated(orjson.loads(values[_CLOCKS + 1]))
    values[_KIND] = ContractKind(values[_KIND]) if values[_KIND] else None
    return ClockRow(*values)


def as_text(document: Any) -> str:
    return orjson.dumps(document).decode()


def stated_document(stated: Stated) -> dict[str, Any]:
    return {
        "breaches": sorted([m.value, c] for m, c in stated.breaches),
        "met": sorted([m.value, c, at] for m, c, at in stated.met),
        "warned": [[m.value, c, point, at] for (m, c, point), at in stated.warned.items()],
        "idle": sorted([limit.value, since] for limit, since in stated.idle),
        "dated": [[m.value, c, at] for (m, c), at in stated.dated.items()],
    }


def _read_stated(data: dict[str, Any]) -> Stated:
    if not any(data.values()):
        return NOTHING
    warned: dict[tuple[Metric, int, float], Micros] = {
        (Metric(m), c, point): at for m, c, point, at in data["warned"]
    }
    return Stated(
        frozenset((Metric(m), c) for m, c in data["breaches"]),
        frozenset((Metric(m), c, at) for m, c, at in data["met"]),
        warned,
        frozenset((Limit(limit), since) for limit, since in data.get("idle", ())),
        {(Metric(m), c): at for m, c, at in data.get("dated", ())},
    )
