"""What PostgreSQL does for a request: the service's own statements, explained as they ran."""

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg

ROLES: Final = ("tickets_staff", "tickets_customer")
_SETTINGS: Final = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    # Parameters are somebody's ids and words.
    "auto_explain.log_parameter_max_length": "0",
}
_COLLECTED: Final = {
    "logging_collector": "on",
    "log_filename": "plans.log",
    "log_rotation_age": "0",
    "log_rotation_size": "0",
}
"""A file of the server's own: the desk's log is cut into lines and turned over."""
_TOLD: Final = "select count(*) from pg_db_role_setting where setconfig::text ~ 'auto_explain'"
_PLAN: Final = re.compile(r"ms  plan:\s*(\{.*?^\s?\}\n)", re.DOTALL | re.MULTILINE)
_CALM: Final = 0.03
LARGE: Final = frozenset({"ticket", "message", "search", "timeline", "participant"})


@dataclass(frozen=True)
class Plan:
    """One statement as it ran."""

    statement: str
    root: dict[str, Any]

    def nodes(self) -> list[dict[str, Any]]:
        return under(self.root)

    @property
    def blocks(self) -> int:
        return int(self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"])

    @property
    def scanned(self) -> list[str]:
        """Large tables that are read from end to end."""
        return [
            str(node["Relation Name"])
            for node in self.nodes()
            if node["Node Type"] == "Seq Scan" and node.get("Relation Name") in LARGE
        ]

    @property
    def read(self) -> int:
        """Rows that scans touched, kept or not; ten entries of a bitmap cost as much as a row."""
        return sum(_touched(node) for node in self.nodes() if "Scan" in node["Node Type"])

    def told(self) -> str:
        """The scans by their indexes, with the rows they kept and dropped."""
        return "; ".join(_scan(node) for node in self.nodes() if "Scan" in node["Node Type"])


def under(node: dict[str, Any]) -> list[dict[str, Any]]:
    """A node of a plan and all below it."""
    return [node, *(inner for child in node.get("Plans", ()) for inner in under(child))]


def _touched(node: dict[str, Any]) -> int:
    loops = node.get("Actual Loops", 1)
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    each = 0.1 if node["Node Type"] == "Bitmap Index Scan" else 1
    return int((node.get("Actual Rows", 0) + dropped) * loops * each)


def _scan(node: dict[str, Any]) -> str:
    name = node.get("Index Name") or node.get("Relation Name") or node.get("Subplan Name", "")
    dropped = int(node.get("Rows Removed by Filter", 0) * node.get("Actual Loops", 1))
    kept = int(node.get("Actual Rows", 0) * node.get("Actual Loops", 1))
    return f"{node['Node Type']} {name} {kept}" + (f" (-{dropped})" if dropped else "")


async def explaining(dsn: str, *, on: bool) -> None:
    """From the next start on the server tells what the service's statements did."""
    connection = await asyncpg.connect(dsn)
    try:
        for name, value in _COLLECTED.items():
            wish = f"set {name} = '{value}'" if on else f"reset {name}"
            await connection.execute(f"alter system {wish}")
        for role in ROLES:
            for name, value in _SETTINGS.items():
                wish = f"set {name} = '{value}'" if on else f"reset {name}"
                await connection.execute(f"alter role {role} {wish}")
    finally:
        await connection.close()


async def told(dsn: str) -> bool:
    """Whether the server still tells: a run that was cut left it so, and its figures were dear."""
    connection = await asyncpg.connect(dsn)
    try:
        found: int = await connection.fetchval(_TOLD)
    finally:
        await connection.close()
    return bool(found)


class Book:
    """Reads the server's own log from where it stood."""

    def __init__(self, data: Path) -> None:
        self._log = data / "log" / "plans.log"
        self._place = 0

    async def turn(self) -> list[Plan]:
        """The plans since the last look, once the server has written them all."""
        size = -1
        while size != self._log.stat().st_size:
            size = self._log.stat().st_size
            await asyncio.sleep(_CALM)
        with self._log.open(errors="replace") as file:
            file.seek(self._place)
            text = file.read()
            self._place = file.tell()
        found = (json.loads(match[1]) for match in _PLAN.finditer(text))
        return [Plan(one["Query Text"], one["Plan"]) for one in found]
