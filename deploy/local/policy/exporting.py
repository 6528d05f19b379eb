"""What runs, as a file that `plan` finds nothing to change in."""

import re
from collections.abc import Iterable
from typing import Any, Final

from deploy.local.policy.house import House, Row
from deploy.local.policy.planning import PLACES
from deploy.local.policy.wanted import ALWAYS_OPEN, FORMAT
from deploy.local.policy.yamlfile import write

_CALENDAR: Final = (
    *("id", "version", "name", "timezone", "weekly", "seasons", "holidays"),
    *("overrides", "breaks", "always_open"),
)
_NOT_OURS: Final = frozenset({"created_at", "updated_at", "effective_from", "created_by"})
_CONTRACT: Final = (
    *("id", "version", "organization_id", "kind", "policy", "policies", "calendar"),
    *("starts_on", "ends_on", "uptime_target"),
)


def export(house: House, *, contracts: bool) -> str:
    """Calendars and policies, contracts where asked for; keys are made from English names."""
    calendars = _keyed(house.every(PLACES["calendars"]))
    policies = _keyed(house.every(PLACES["policies"]))
    keys = {row["id"]: key for found in (calendars, policies) for key, row in found.items()}
    data: dict[str, Any] = {
        "sanad": FORMAT,
        "calendars": {key: _chosen(row, _CALENDAR) for key, row in calendars.items()},
        "policies": {key: _policy(row, keys) for key, row in policies.items()},
    }
    if contracts:
        rows = house.every(PLACES["contracts"])
        data["contracts"] = {f"contract-{row['id'][:13]}": _contract(row, keys) for row in rows}
    return write(data)


def _keyed(rows: Iterable[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: str(row["id"])):
        name = row["name"]
        text = name["en"] if isinstance(name, dict) else name
        slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40] or "unnamed"
        key, number = slug, 2
        while key in found:
            key, number = f"{slug}-{number}", number + 1
        found[key] = row
    return found


def _chosen(row: Row, names: Iterable[str]) -> Row:
    return {name: row[name] for name in names if row.get(name) is not None}


def _policy(row: Row, keys: dict[str, str]) -> Row:
    first = ("id", "version", "name")
    rest = [name for name in row if name not in _NOT_OURS and name not in first]
    chosen: Row = _named(_chosen(row, (*first, *rest)), keys)
    return chosen


def _named(value: Any, keys: dict[str, str]) -> Any:
    """Calendars by their keys; what says nothing is left out."""
    if isinstance(value, list):
        return [_named(one, keys) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _named(one, keys) for key, one in value.items() if one is not None}
    if isinstance(found.get("calendar"), str) and found["calendar"] != ALWAYS_OPEN:
        found["calendar"] = keys.get(found["calendar"], found["calendar"])
    return found


def _contract(row: Row, keys: dict[str, str]) -> Row:
    named = {
        **row,
        "policy": keys.get(row["policy_id"], row["policy_id"]),
        "policies": [keys.get(one, one) for one in row["policy_ids"]] or None,
        "calendar": keys.get(str(row["calendar_id"])),
    }
    return _chosen(named, _CONTRACT)
