"""What every service is told by its environment, read once (`SANAD_*`)."""

from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kit.callers import Seat

Door = Literal["http", "events", "workers", "audit"]
"""What a process may open; `audit` watches over what `workers` do and may run apart from it."""


class Settings(BaseSettings):
    """Common settings; a service's own class adds fields with its own prefix.

    `database` and `nats_url` carry no credentials: each role's password and each service's seed
    lie as files of mode 0600 under `<home>/keys`.
    """

    model_config = SettingsConfigDict(env_prefix="SANAD_", frozen=True, extra="ignore")

    profile: Literal["local", "test", "production"] = "local"
    home: Path = Path("var")
    public_url: str = "http://127.0.0.1:8080"
    database: str = "postgresql://127.0.0.1:5432/sanad"
    nats_url: str = "nats://127.0.0.1:4222"
    peers: dict[str, str] = {}
    listen_http: str = "127.0.0.1:0"
    listen_ops: str = "127.0.0.1:0"
    listen_smtp: str = "127.0.0.1:0"
    doors: str = "http,events,workers,audit"
    support_address: str = "support@localhost"
    smtp_url: str = ""
    files_url: str = ""
    webhook_allow: str = ""
    rate_limit: float = 100.0
    admin_email: str = "admin@localhost"
    master_key_file: Path | None = None
    clock_file: Path | None = None
    pool_size: int = 8
    relay_burst_seconds: float = 0.0
    """How long facts may wait while requests come in a burst; a service says so of its own."""
    log_level: str = "INFO"

    def dsn(self, schema: str, seat: Seat | Literal["owner"]) -> str:
        """Address of the database for one role of one schema, in SQLAlchemy's asyncpg form."""
        role = f"{schema}_{seat}"
        password = quote(self.secret(f"postgres/{role}"), safe="")
        place = self.database.partition("://")[2]
        return f"postgresql+asyncpg://{role}:{password}@{place}"

    def secret(self, name: str) -> str:
        """Content of the secret file `<home>/keys/<name>`; FileNotFoundError when it is absent."""
        return (self.home / "keys" / name).read_text().strip()

    def master_key(self) -> str:
        """The master key as base64 text of 32 bytes."""
        if self.master_key_file is not None:
            return self.master_key_file.read_text().strip()
        return self.secret("master")

    def opens(self, door: Door) -> bool:
        """Whether this process opens the door (architecture.md, decision 9)."""
        return door in self.doors.split(",")

    def clock_offset_file(self) -> Path | None:
        """The time-travel file; only tests may move the clock."""
        return self.clock_file if self.profile == "test" else None
