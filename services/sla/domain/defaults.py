"""What a new house promises until somebody changes it (requirements R2-R7, decisions.md 1)."""

from typing import Any, Final

from services.sla.domain.policy import KINDS
from shared.vocabulary import Localized

COMPANY_CALENDAR_NAME: Final = Localized(ar="ساعات عمل الشركة", en="Company hours")

COMPANY_CALENDAR: Final[dict[str, Any]] = {
    "timezone": "Asia/Riyadh",
    "weekly": {name: [["09:00", "17:00"]] for name in ("sun", "mon", "tue", "wed", "thu")},
    "seasons": [],
    "holidays": [],
    "overrides": {},
    "breaks": {},
    "always_open": False,
}


def _promises(first: str, resolution: Any, **more: str) -> dict[str, Any]:
    return {
        "first_response": {"target": first, **more},
        "resolution": {"target": resolution, **more},
    }


def _rung(metric: str, after: Any, to: str, *action: str) -> dict[str, Any]:
    return {"metric": metric, "after": after, "to": to, "action": list(action), "when": None}


_ONE_DAY: Final = {"business_days": 1}

POLICY: Final[dict[str, Any]] = {
    "name": {"ar": "السياسة الافتراضية", "en": "Default policy"},
    "targets": {
        "P1": _promises("PT1H", "PT4H", calendar="always_open"),
        "P2": _promises("PT4H", "PT8H"),
        "P3": _promises("PT8H", {"business_days": 1}),
        "P4": _promises("PT12H", {"business_days": 2}),
    },
    "pause_statuses": ["waiting_customer"],
    "pause_metrics": ["resolution"],
    "stop_statuses": ["resolved", "closed"],
    "warn_at": [0.75],
    "next_response_starts": "oldest_unanswered",
    "resolve_counts_as_first_response": False,
    "ladder": [
        _rung("first_response", "breach", "manager", "notify"),
        _rung("resolution", "breach", "supervisor", "assign", "notify"),
        _rung("resolution", _ONE_DAY, "senior_management", "notify"),
        _rung("resolution", _ONE_DAY, "executive", "notify") | {"when": {"priority": ["P1", "P2"]}},
    ],
    "reopen_window": "PT24H",
    "reopen_floor": "PT0S",
    "warn_before": [],
    "pause_reminder": {"business_days": 5},
    "pause_auto_resolve": None,
    "kinds": KINDS,
    "match": None,
}
