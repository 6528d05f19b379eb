"""What the gateway is told beyond the common settings (`SANAD_GATEWAY_*`)."""

from datetime import timedelta

from pydantic import Field

from shared.kit.settings import Settings
from shared.vocabulary import Locale


class GatewaySettings(Settings):
    """How long sessions and keys live, and how much a login may cost."""

    gateway_session_idle: timedelta = timedelta(days=30)
    gateway_session_longest: timedelta = timedelta(days=90)
    gateway_key_period: timedelta = timedelta(days=30)
    gateway_hash_memory_kib: int = Field(default=19_456, ge=8_192)
    gateway_hash_rounds: int = Field(default=2, ge=1)
    gateway_logins_per_second: float = Field(default=20.0, ge=0)
    gateway_default_locale: Locale = Locale.AR
    gateway_default_timezone: str = "Asia/Riyadh"
