"""Settings of the tickets service (`SANAD_TICKETS_*`)."""

from pathlib import Path

from shared.kit.settings import Settings


class TicketsSettings(Settings):
    """What an operator may tune here."""

    tickets_file_limit: int = 25 * 1024 * 1024
    """Most bytes of one attached file."""

    tickets_files_per_message: int = 20

    tickets_upload_hours: int = 24
    """How long an upload may stay unfinished or unattached."""

    tickets_form_upload_budget: int = 512 * 1024 * 1024
    """Most bytes of not yet attached uploads of the public form, all visitors together."""

    tickets_proof_bits: int = 16
    """Leading zero bits that a form's proof of work must show: about 2^bits hashes."""

    tickets_proof_seconds: int = 900

    tickets_outage_tag: str = "outage"
    """The tag by which people mark a ticket as an outage, for the uptime of its customer."""

    tickets_trust_unscanned: bool = True
    """Without a malware scanner files count as clean; false keeps them from customers."""

    @property
    def files_root(self) -> Path:
        return self.home / "files"
