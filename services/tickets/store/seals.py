"""Which column is sealed under which label; one place, so that nothing is opened elsewhere."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from shared.kit.crypto import Box

SUBJECT: Final = "tickets.ticket.subject"
CUSTOM: Final = "tickets.ticket.custom"
BODY: Final = "tickets.message.body_text"
HTML: Final = "tickets.message.body_html"
VISIBLE: Final = "tickets.message.visible_text"
MAIL: Final = "tickets.message.mail"
FILE_NAME: Final = "tickets.attachment.name"
FILE_ABOUT: Final = "tickets.attachment.about"
CONTENT_ID: Final = "tickets.attachment.content_id"
DETAIL: Final = "tickets.timeline.detail"
REASON: Final = "tickets.timeline.reason"
COMMENT: Final = "tickets.feedback.comment"
UPLOAD_NAME: Final = "tickets.upload.name"
UPLOAD_ABOUT: Final = "tickets.upload.about"


def seal(box: Box, label: str, row_id: UUID, text: str | None) -> bytes | None:
    return None if text is None else box.seal(label, row_id, text)


def unseal(box: Box, label: str, row_id: UUID, sealed: bytes | None) -> str | None:
    return None if sealed is None else box.open(label, row_id, sealed)


def seal_json(box: Box, label: str, row_id: UUID, value: Any) -> bytes | None:
    return box.seal_json(label, row_id, value) if value else None


def unseal_json(box: Box, label: str, row_id: UUID, sealed: bytes | None) -> Any:
    return None if sealed is None else box.open_json(label, row_id, sealed)


def subject_of(box: Box, row: RowMapping) -> str:
    """The subject of a ticket's row."""
    return box.open(SUBJECT, row["id"], row["subject"])
