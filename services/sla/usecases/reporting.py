"""How promises were kept: groups, totals and the worst, within the caller's rights."""

from datetime import datetime
from typing import Any, Final

from services.sla.domain.attainment import Question, figures
from services.sla.domain.terms import Terms
from services.sla.domain.words import ContractKind
from services.sla.problems import refused
from services.sla.store import reports
from services.sla.usecases.rulebook import Rulebook, rulebook
from shared.kit.callers import Caller
from shared.kit.tx import Tx
from shared.vocabulary import Metric
from shared.worktime import SECOND, elapsed, micros

Row = dict[str, Any]
_SHOWN: Final = ("organization_id", "department_id", "assignee_id", "priority", "metric", "cycle")


async def report(tx: Tx, caller: Caller, question: Question) -> Row:
    """Of the tickets opened in the span: `items`, `totals` and `worst`."""
    rows = await reports.figures(tx, caller, question)
    totals = [figures(row, question) for row in rows if row["total"]]
    items = [figures(row, question) for row in rows if not row["total"]]
    if len(items) > reports.MOST_ROWS:
        raise refused("?group_by", "report_too_large", caller.locale)
    return {
        "from": question.start,
        "to": question.end,
        "group_by": ",".join(question.by),
        "items": items,
        "totals": totals,
        "worst": await _worst(tx, caller, question) if question.worst else [],
    }


async def company_zone(tx: Tx) -> str:
    """Months begin where the company is."""
    book = await rulebook(tx)
    return book.company_zone


async def _worst(tx: Tx, caller: Caller, question: Question) -> list[Row]:
    """The furthest beyond their targets in counted time, over or still waited for."""
    over = await reports.worst(tx, caller, question)
    waiting = await reports.overdue(tx, caller, question)
    book = await rulebook(tx)
    found = [*map(_shown, over), *[_shown(await _counted(tx, book, row)) for row in waiting]]
    found.sort(key=lambda one: (-one["late_seconds"], one["ticket_id"]))
    return found[: question.worst]


async def _counted(tx: Tx, book: Rulebook, row: Row) -> Row:
    """A promise that is waited for: its clock goes on where the row left it."""
    counted = row["counted_seconds"]
    if not row["standing"]:
        counted += await _since(tx, book, row, tx.now)
    late = max(0, counted - row["target_seconds"])
    return {**row, "counted_seconds": counted, "late_seconds": late}


async def _since(tx: Tx, book: Rulebook, row: Row, now: datetime) -> int:
    kind = ContractKind(row["contract_kind"]) if row["contract_kind"] else None
    named = (row["policy_id"], row["policy_version"], row["calendar_id"], row["contract_id"])
    rules = await book.rules(tx, Terms(*named, kind))
    timeline = rules.target(row["priority"], Metric(row["metric"])).timeline
    return elapsed(timeline, micros(row["noted_at"]), micros(now)) // SECOND


def _shown(row: Row) -> Row:
    return {
        "ticket_id": row["ticket_id"],
        "number": f"SND-{row['number']}",
        **{name: row[name] for name in _SHOWN},
        "due_at": row["due_at"],
        "ended_at": row["ended_at"],
        "target_seconds": row["target_seconds"],
        "counted_seconds": row["counted_seconds"],
        "late_seconds": row["late_seconds"],
        "excused": row["excused"],
    }
