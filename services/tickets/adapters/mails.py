"""Parsed mails and their files, fetched from intake before a transaction (decisions.md 9)."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.tickets.adapters.files import Stored, files_of
from shared.kit import together
from shared.kit.context import Context
from shared.kit.peers import PeerRefused

INTAKE: Final = "intake"
_LARGEST: Final = 64 * 1024 * 1024
"""Intake has cut what is too large; this only keeps a broken neighbour from filling the disk."""


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file of a mail, its bytes already safe in our store."""

    name: str
    original_name: str
    declared: str
    content_id: str | None
    stored: Stored


@dataclass(frozen=True, slots=True)
class Mail:
    """What intake read in a mail."""

    id: UUID
    subject: str
    body_text: str
    visible_text: str | None
    body_html: str | None
    headers: dict[str, Any]
    files: tuple[MailFile, ...] = ()


async def fetch_mail(context: Context, mail_id: UUID, organization_id: UUID) -> Mail:
    """The mail; its files are stored, sealed, under the ticket's organization first (T41)."""
    path = "/internal/mails/batch"
    parsed = await together.one(context.peers, INTAKE, path, "mail_ids", mail_id)
    if parsed is None:
        raise PeerRefused(INTAKE, 404, "not_found")
    files = [
        await _fetch_file(context, mail_id, organization_id, item)
        for item in parsed.get("attachments", ())
    ]
    headers = {key: parsed.get(key) for key in ("message_id", "in_reply_to", "references")}
    return Mail(
        id=mail_id,
        subject=parsed.get("subject") or "",
        body_text=parsed.get("body_text") or "",
        visible_text=parsed.get("visible_text"),
        body_html=parsed.get("body_html"),
        headers=headers,
        files=tuple(files),
    )


async def _fetch_file(
    context: Context, mail_id: UUID, organization_id: UUID, item: dict[str, Any]
) -> MailFile:
    """From line to store in pieces: a large mail costs no more memory than a small one."""
    path = f"/internal/mails/{mail_id}/attachments/{item['id']}"
    name, declared = item.get("name") or "", item.get("media_type") or ""
    original = item.get("original_name") or name
    box = await context.vault.box(organization_id)
    content = context.peers.pieces(INTAKE, path)
    stored = await files_of(context).put(box, content, _LARGEST, (original, declared))
    return MailFile(
        name=name,
        original_name=original,
        declared=declared,
        content_id=(item.get("content_id") or "").strip("<>") or None,
        stored=stored,
    )
