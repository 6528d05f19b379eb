"""What escalation is told by its environment (`SANAD_ESCALATION_*`)."""

from typing import Any

from pydantic_settings import SettingsConfigDict

from shared.kit.settings import Settings

_MANUAL: list[dict[str, Any]] = [
    {"level": 1, "to": "supervisor", "action": ["assign", "notify"]},
    {"level": 2, "to": "senior_management", "action": ["notify"], "business_days": 1},
    {
        "level": 3,
        "to": "executive",
        "action": ["notify"],
        "business_days": 1,
        "priorities": ["P1", "P2"],
    },
]


class EscalationSettings(Settings):
    """`manual_ladder` serves a request to escalate before any promise of the ticket was broken."""

    model_config = SettingsConfigDict(env_prefix="SANAD_", frozen=True, extra="ignore")

    escalation_manual_ladder: list[dict[str, Any]] = _MANUAL

    escalation_longest_absence_days: int = 731
    """Whoever is away for longer has a successor, not a deputy."""
