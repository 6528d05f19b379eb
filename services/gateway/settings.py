"""What the gateway is told beyond the common settings (`SANAD_GATEWAY_*`)."""

from datetime import timedelta

from pydantic import Field

from shared.kit.settings import Settings


class GatewaySettings(Settings):
    """How long sessions and keys live, and how much a login may cost."""

    session_idle: timedelta = Field(timedelta(days=30), alias="SANAD_GATEWAY_SESSION_IDLE")
    session_longest: timedelta = Field(timedelta(days=90), alias="SANAD_GATEWAY_SESSION_LONGEST")
    key_period: timedelta = Field(timedelta(days=30), alias="SANAD_GATEWAY_KEY_PERIOD")
    hash_memory_kib: int = Field(19_456, ge=8_192, alias="SANAD_GATEWAY_HASH_MEMORY_KIB")
    hash_rounds: int = Field(2, ge=1, alias="SANAD_GATEWAY_HASH_ROUNDS")
    logins_per_second: float = Field(20.0, ge=0, alias="SANAD_GATEWAY_LOGINS_PER_SECOND")
    default_locale: str = Field("ar", alias="SANAD_GATEWAY_DEFAULT_LOCALE")
    default_timezone: str = Field("Asia/Riyadh", alias="SANAD_GATEWAY_DEFAULT_TIMEZONE")
