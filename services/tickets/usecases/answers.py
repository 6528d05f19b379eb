"""Answers built from rows: plain values for the JSON writer, no models on the way out."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from services.tickets.adapters.people import Card, people_of
from services.tickets.domain.kindly import guise
from services.tickets.domain.kinds import RASTER
from services.tickets.domain.promises import shown
from services.tickets.domain.veil import Veil
from services.tickets.domain.words import number_text
from services.tickets.store import seals
from services.tickets.store.listing import NEVER
from services.tickets.store.relatives import NAMED
from services.tickets.store.rows import Row
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.reasons import REASONS

Cards = Mapping[UUID, Card]
NOBODY = Card(None, None)
_PICTURE: Final = re.compile(r'src="cid:([^"]*)"')

_PLAIN = (
    *("id", "status", "priority", "requested_priority", "department_id", "assignee_id"),
    *("organization_id", "channel", "locale", "created_at", "updated_at", "resolved_at"),
    *("closed_at", "reopen_until", "reopen_count", "follow_up_of", "merged_into", "tags"),
    *("watching_department_ids", "version"),
)


def tag_of(row: Row) -> str:
    """The entity tag (decisions.md 49)."""
    return f"{row['version']}.{row['sla_sequence']}.{row['escalation_sequence']}"


def ticket(
    row: Row,
    box: Box,
    veil: Veil,
    cards: Cards | None = None,
    unseen: Collection[UUID] = (),
) -> dict[str, Any]:
    """The ticket object of contracts.md; of custom values what the `veil` lets through.

    Other tickets are named to whoever may see them: `unseen` says which they may not.
    """
    custom = seals.unseal_json(box, seals.CUSTOM, row["id"], row["custom"])
    told = row if veil.staff else guise(row)
    answer = compose(told, seals.subject_of(box, row), veil.shown(custom or {}), cards)
    return answer | {name: None for name in NAMED if answer[name] in unseen}


def compose(
    row: Mapping[Any, Any], subject: str, custom: dict[str, Any] | None, cards: Cards | None = None
) -> dict[str, Any]:
    """The same from opened texts."""
    due = row["next_due_at"]
    return {
        "number": number_text(row["number"]),
        "subject": subject,
        **{name: row[name] for name in _PLAIN},
        "requester": person(row["requester_id"], cards),
        "custom": custom or {},
        "sla": shown(row["sla"], None if due >= NEVER else due),
        "escalation": {
            "level": row["escalation_level"],
            "raised_at": row["escalation_raised_at"],
            "acknowledged_at": row["escalation_acknowledged_at"],
        },
    }


def person(person_id: UUID | None, cards: Cards | None) -> dict[str, Any] | None:
    """Whom we can name; null members while the gateway cannot tell us."""
    if person_id is None:
        return None
    card = (cards or {}).get(person_id, NOBODY)
    return {"id": person_id, "name": card.name, "email": card.email}


def message(
    row: Row, box: Box, files: Iterable[Row], cards: Cards, *, staff: bool
) -> dict[str, Any]:
    """One message of a ticket; addresses of staff are not shown to customers."""
    text = box.open(seals.BODY, row["id"], row["body_text"])
    html = seals.unseal(box, seals.HTML, row["id"], row["body_html"])
    attachments = [attachment(file, box, staff=staff) for file in files]
    visible = seals.unseal(box, seals.VISIBLE, row["id"], row["visible_text"])
    return {
        "id": row["id"],
        "ticket_id": row["ticket_id"],
        "direction": row["direction"],
        "public": row["public"],
        "author": _author(row, cards, staff=staff),
        "channel": row["channel"],
        "automatic": row["automatic"],
        "created_at": row["created_at"],
        "body_text": text,
        "body_html": html and with_pictures(html, attachments),
        "visible_text": text if visible is None else visible,
        "mail_id": row["mail_id"] if staff else None,
        "mail": _mail(row, box) if staff else None,
        "bounced_at": row["bounced_at"] if staff else None,
        "attachments": attachments,
    }


def _mail(row: Row, box: Box) -> dict[str, Any] | None:
    """What is known of the sender of a mail, and why it is on this ticket."""
    known = seals.unseal_json(box, seals.MAIL, row["id"], row["mail"])
    if not known or "sender_auth" not in known:
        return None
    told = {name: known[name] for name in ("sender_auth", "class", "match", "degraded")}
    return {**told, "forwarded_by": known["forwarded_by"], "warnings": warnings(known["reasons"])}


def warnings(words: Iterable[str]) -> list[dict[str, Any]]:
    """Reasons with their texts; a word without one stands for itself."""
    return [{"code": one, "text": REASONS.get(one, {"ar": one, "en": one})} for one in words]


def with_pictures(html: str, attachments: Iterable[Mapping[str, Any]]) -> str:
    """Pictures inside a mail point to its own files; what is none there stays a dead `cid:`."""
    places = {
        one["content_id"]: f"{one['content_url']}?inline=true"
        for one in attachments
        if one["content_id"] and one["media_type"] in RASTER
    }

    def place(found: re.Match[str]) -> str:
        url = places.get(unquote(found[1]))
        return f'src="{url}"' if url else found[0]

    return _PICTURE.sub(place, html)


def attachment(row: Row, box: Box, *, staff: bool) -> dict[str, Any]:
    """One file; its content is fetched from its own address. What calls for care is for staff."""
    about = seals.unseal_json(box, seals.FILE_ABOUT, row["id"], row["about"]) or {}
    place = f"/v1/attachments/{row['id']}"
    return {
        "id": row["id"],
        "ticket_id": row["ticket_id"],
        "message_id": row["message_id"],
        "name": box.open(seals.FILE_NAME, row["id"], row["name"]),
        "original_name": about.get("original_name") if staff else None,
        "media_type": row["media_type"],
        "size": row["size"],
        "sha256": about.get("sha256"),
        "state": row["state"],
        "cautions": row["cautions"] if staff else [],
        "content_id": seals.unseal(box, seals.CONTENT_ID, row["id"], row["content_id"]),
        "created_at": row["created_at"],
        "content_url": f"{place}/content",
        "preview_url": f"{place}/preview" if row["preview"] == "ready" else None,
    }


async def cards_for(context: Context, ids: Iterable[UUID | None]) -> Cards:
    """The names behind ids, as far as they are known."""
    return await people_of(context).cards(context, [one for one in ids if one is not None])


def _author(row: Row, cards: Cards, *, staff: bool) -> dict[str, Any]:
    shown_person = person(row["author_id"], cards) or {"id": None, "name": None, "email": None}
    if row["author_kind"] != "customer" and not staff:
        shown_person["email"] = None
    return {"kind": row["author_kind"], **shown_person}


def known_cards(context: Context, ids: Iterable[UUID]) -> Cards:
    """The names that are in memory; for answers inside a transaction."""
    return people_of(context).remembered(ids)
