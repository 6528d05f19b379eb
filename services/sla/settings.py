"""What sla is told by its environment (`SANAD_SLA_*`)."""

from pydantic_settings import SettingsConfigDict

from shared.kit.settings import Settings


class SlaSettings(Settings):
    """How the timer loop works; promises themselves are data, never settings."""

    model_config = SettingsConfigDict(env_prefix="SANAD_", frozen=True, extra="ignore")

    sla_claim: int = 1000
    """Timers taken at once."""

    sla_longest_sleep: float = 1.0
    """Seconds after which the loop looks again although nothing called it."""

    sla_overdue: float = 30.0
    """A timer older than this is a failure of the house, not a late customer promise."""
