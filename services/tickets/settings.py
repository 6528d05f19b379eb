"""Settings of the tickets service (`SANAD_TICKETS_*`)."""

from typing import Annotated, Literal

from pydantic import ByteSize, Field

from shared.kit.settings import Settings


class TicketsSettings(Settings):
    """What an operator may tune here."""

    tickets_file_limit: ByteSize = ByteSize(25 * 1024 * 1024)
    """Most bytes of one attached file."""

    tickets_files_per_message: int = 20

    tickets_upload_hours: int = 72
    """How long an upload waits for its next bytes, and for a message to claim it."""

    tickets_upload_budget: ByteSize = ByteSize(1024 * 1024 * 1024)
    """Most bytes of not yet attached uploads of one person or program."""

    tickets_form_upload_budget: ByteSize = ByteSize(512 * 1024 * 1024)
    """Most bytes of not yet attached uploads of the public form, all visitors together."""

    tickets_form_upload_share: ByteSize = ByteSize(128 * 1024 * 1024)
    """Most of them that one address (IPv6: one /64) may hold."""

    tickets_form_uploads_per_hour: Annotated[int, Field(ge=0)] = 480
    """Files that one address may announce for the form in an hour; 0: any number."""

    tickets_form_uploads_burst: Annotated[int, Field(ge=1)] = 120
    """How many of them at once."""

    tickets_proof_bits: int = 16
    """Leading zero bits that a form's proof of work must show: about 2^bits hashes."""

    tickets_proof_seconds: int = 900

    tickets_form_per_hour: Annotated[int, Field(ge=0)] = 120
    """Tickets that one address (IPv6: one /64) may send by the form in an hour; 0: any number.

    What is refused does not count; of posts of any outcome ten times as many are taken.
    """

    tickets_form_burst: Annotated[int, Field(ge=1)] = 30
    """How many of them may come at once."""

    tickets_form_embed: str = ""
    """Sites that may show the form's page in a frame, parted by spaces: `https://www.example.com`."""

    tickets_captcha_url: str = ""
    """A provider's `siteverify` address; then its token may stand for a proof of work."""

    tickets_captcha_secret: str = ""
    tickets_captcha_site_key: str = ""

    tickets_outage_tag: str = "outage"
    """The tag by which people mark a ticket as an outage, for the uptime of its customer."""

    tickets_trust_unscanned: bool = True
    """Without a malware scanner files count as clean; false keeps them from customers."""

    tickets_clamd: str = ""
    """Where clamd listens: `host:port` or the path of its socket; then every file waits for it."""

    tickets_download_url: str = ""
    """Where signed links point, e.g. a host name of its own for this edge; default: public URL."""

    tickets_link_seconds: int = 300
    """How long a signed link to a file works."""

    tickets_mail_link_days: Annotated[int, Field(ge=1, le=365)] = 7
    """How long the links to files work that a mail to a customer names."""

    tickets_feedback_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """How long after a resolution it may be rated, by its link or in the portal."""

    tickets_feedback_reopen_score: Annotated[int, Field(ge=0, le=5)] = 2
    """The best score that may still reopen the ticket, inside its reopen window; 0 = none may."""

    tickets_search_rebuild: Literal["auto", "asked"] = "auto"
    """After an upgrade that changes how words are read: a new index by itself, or when asked for
    (`sanad search rebuild`)."""

    tickets_report_seconds: Annotated[float, Field(ge=0.1, le=25)] = 15.0
    """How long one question of a report may keep the database; then it is answered 503."""
