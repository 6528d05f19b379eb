"""What notify is told by its environment (`SANAD_NOTIFY_*`)."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from services.notify.domain.caps import Limits
from shared.kit.settings import Settings

DnsName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=253)
]


class NotifySettings(Settings):
    """Limits of acknowledgements and of outgoing work; the defaults are those of mail.md 10."""

    notify_portal_url: str = ""
    notify_ack_wait: float = 2.0
    notify_ack_same_subject_minutes: int = 10
    notify_ack_per_three_hours: int = 10
    notify_ack_per_day: int = 40
    notify_ack_form_per_day: int = 3
    notify_ack_form_domain_per_hour: int = 60
    notify_dkim_key_file: Path | None = None
    notify_dkim_selector: DnsName = "sanad"
    notify_dkim_domain: DnsName | Literal[""] = ""
    notify_mail_lanes: int = 32
    notify_webhook_lanes: int = 64
    notify_webhook_lanes_per_endpoint: int = 16
    notify_webhook_timeout: float = 15.0
    notify_feed_days: int = 30
    notify_stream_seconds: float = 600.0
    notify_streams_per_caller: int = 4

    def ack_limits(self) -> Limits:
        """How many acknowledgements one address may receive."""
        return Limits(
            same_subject=timedelta(minutes=self.notify_ack_same_subject_minutes),
            burst=self.notify_ack_per_three_hours,
            day=self.notify_ack_per_day,
            form_day=self.notify_ack_form_per_day,
            domain_hour=self.notify_ack_form_domain_per_hour,
        )

    def dkim_domain(self) -> str:
        """The domain that signs: the one said, else that of the support address."""
        return self.notify_dkim_domain or self.support_address.rpartition("@")[2]

    def allowed_hosts(self) -> frozenset[tuple[str, int]]:
        """Private `host:port` pairs that webhooks may reach (`SANAD_WEBHOOK_ALLOW`)."""
        pairs = (one.strip().rpartition(":") for one in self.webhook_allow.split(","))
        return frozenset(
            (host.strip("[]").lower(), int(port)) for host, _, port in pairs if host and port
        )

    def ticket_link(self, number: str) -> str:
        """Where people read a ticket; empty without a portal (`SANAD_NOTIFY_PORTAL_URL`)."""
        base = self.notify_portal_url.rstrip("/")
        return f"{base}/tickets/{number}" if base else ""
