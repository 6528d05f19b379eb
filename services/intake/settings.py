"""What intake is told beyond the common settings (`SANAD_INTAKE_*`)."""

from pathlib import Path

from pydantic import ByteSize, Field, field_validator
from pydantic_core import PydanticCustomError

from services.intake.domain import limits
from services.intake.domain.admission import Plain, read_networks
from shared.kit.settings import Settings


class IntakeSettings(Settings):
    """How mail is let in, and how much a single mail may cost."""

    hostname: str = Field("localhost", alias="SANAD_INTAKE_HOSTNAME")
    trusted_authserv: str = Field("", alias="SANAD_INTAKE_TRUSTED_AUTHSERV")
    """The authserv-id whose Authentication-Results count; when empty we look for ourselves."""
    intake_arc_sealers: str = ""
    """Domains of forwarders, separated by commas, whose ARC seals may excuse a failure."""
    intake_relays: str = ""
    """Networks of our own mail servers, separated by commas: no senders, so SPF asks nothing."""
    intake_auto_tickets: bool = True
    """Whether mail of monitors and forms opens tickets; else it waits in quarantine."""
    intake_quarantine_days: int = Field(30, ge=1)
    """How long mail that is on no ticket is kept: quarantined, refused, or our own."""
    intake_nameserver: str = ""
    """Who answers for DKIM keys and policies (`address` or `address:port`); else the machine's."""
    arabic: bool = Field(True, alias="SANAD_INTAKE_ARABIC")
    """Whether undeclared 8-bit text is tried as Arabic before it is taken for Western."""
    message_bytes: ByteSize = Field(
        ByteSize(limits.MESSAGE), ge=1024, alias="SANAD_INTAKE_MESSAGE_BYTES"
    )
    smtp_connections: int = Field(100, ge=1, alias="SANAD_INTAKE_SMTP_CONNECTIONS")
    smtp_idle_seconds: float = Field(60.0, gt=0, alias="SANAD_INTAKE_SMTP_IDLE_SECONDS")
    smtp_data_seconds: float = Field(300.0, gt=0, alias="SANAD_INTAKE_SMTP_DATA_SECONDS")
    smtp_bytes_in_flight: ByteSize = Field(
        ByteSize(4 * limits.MESSAGE), ge=limits.MESSAGE, alias="SANAD_INTAKE_SMTP_BYTES_IN_FLIGHT"
    )
    smtp_connections_per_peer: int = Field(20, ge=1, alias="SANAD_INTAKE_SMTP_CONNECTIONS_PER_PEER")
    """Of one address (IPv6: one /64), unless it is in `smtp_allow` or `intake_relays`."""
    smtp_bytes_per_peer: ByteSize = Field(
        ByteSize(2 * limits.MESSAGE), ge=1024, alias="SANAD_INTAKE_SMTP_BYTES_PER_PEER"
    )
    """Unfinished mail of one address; one whole mail always fits."""
    smtp_talk_seconds: float = Field(300.0, gt=0, alias="SANAD_INTAKE_SMTP_TALK_SECONDS")
    """How long somebody may talk without a mail coming of it."""
    smtp_tls_certificate: Path | None = Field(None, alias="SANAD_INTAKE_SMTP_TLS_CERTIFICATE")
    smtp_tls_key: Path | None = Field(None, alias="SANAD_INTAKE_SMTP_TLS_KEY")
    """Without a certificate the door makes one of its own under `keys/smtp`."""
    smtp_plain: Plain = Field(Plain.LOOPBACK, alias="SANAD_INTAKE_SMTP_PLAIN")
    """From where mail is taken without encryption: `loopback`, `anywhere` or `nowhere`."""
    smtp_allow: str = Field("", alias="SANAD_INTAKE_SMTP_ALLOW")
    """Networks that may hand in mail, comma-separated; everybody when empty."""
    smtp_users: Path | None = Field(None, alias="SANAD_INTAKE_SMTP_USERS")
    """A file with lines of `name:password`; when set, senders must sign in."""
    parsers: int = Field(2, ge=1, alias="SANAD_INTAKE_PARSERS")
    """At most so many parser processes; they start when mail comes and leave when idle."""
    parse_seconds: float = Field(15.0, gt=0, alias="SANAD_INTAKE_PARSE_SECONDS")
    relay_burst_seconds: float = Field(3.0, ge=0, alias="SANAD_INTAKE_BURST_SECONDS")
    """How long mails that are ours, and facts, may wait while more pour in: senders come first."""
    lanes: int = Field(32, ge=1, alias="SANAD_INTAKE_LANES")
    """Mails that are worked on at once; those that come to a step together take it together."""
    imap_poll_seconds: float = Field(60.0, gt=0, alias="SANAD_INTAKE_IMAP_POLL_SECONDS")
    """How often every mailbox is looked into, whatever its server announces."""
    imap_idle_seconds: float = Field(480.0, gt=0, le=1500, alias="SANAD_INTAKE_IMAP_IDLE_SECONDS")
    """How long a server is asked to announce new mail before it is asked anew."""
    imap_seconds: float = Field(20.0, gt=0, alias="SANAD_INTAKE_IMAP_SECONDS")
    """How long a server may take for one answer."""
    imap_longest_pause: float = Field(300.0, gt=0, alias="SANAD_INTAKE_IMAP_LONGEST_PAUSE")
    """How long a server that keeps failing is left alone at most."""
    consent_days: float = Field(14.0, ge=0, alias="SANAD_INTAKE_CONSENT_DAYS")
    """How early the end of a provider's consent raises the alarm."""

    @field_validator("smtp_allow", "intake_relays")
    @classmethod
    def _networks(cls, text: str) -> str:
        try:
            read_networks(text)
        except ValueError:
            raise PydanticCustomError("networks", "networks parted by commas") from None
        return text
