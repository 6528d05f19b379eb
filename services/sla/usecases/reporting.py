"""How promises were kept, raw and with excused breaches taken out."""

from datetime import datetime
from typing import Any

from services.sla.store import reports
from shared.kit.callers import Caller
from shared.kit.tx import Tx

Row = dict[str, Any]


async def attainment(
    tx: Tx, caller: Caller, group_by: str, span: tuple[datetime, datetime]
) -> list[Row]:
    """One row for each group and metric of the tickets opened in `span`."""
    return [_shares(row) for row in await reports.attainment(tx, caller, group_by, span)]


def _shares(row: dict[str, Any]) -> Row:
    met, breached, excused = row["met"], row["breached"], row["excused"]
    return {
        "group": row["grouped"],
        "metric": row["metric"],
        "tickets": row["tickets"],
        "met": met,
        "breached": breached,
        "excused": excused,
        "open": row["open"],
        "attainment": _share(met, breached),
        "attainment_excused": _share(met + excused, breached - excused),
    }


def _share(kept: int, broken: int) -> float | None:
    return round(kept / (kept + broken), 4) if kept + broken else None


def as_csv(rows: list[Row]) -> str:
    """The same figures for a spreadsheet; groups are ids, so nothing needs quoting."""
    names = list(rows[0]) if rows else ["group", "metric"]
    lines = [
        ",".join("" if row[name] is None else str(row[name]) for name in names) for row in rows
    ]
    return "\r\n".join([",".join(names), *lines, ""])
