"""Mails of ours by the id that a provider gave them; the id itself is not kept."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.kit.tx import Tx


@dataclass(frozen=True, slots=True)
class Sent:
    """Which ticket the mail was about, and whether it went to our own people."""

    ticket_id: UUID
    internal: bool


_PUT: Final = """insert into intake.sent_message (message_tag, ticket_id, internal)
    values (:tag, :ticket_id, :internal) on conflict do nothing"""


def put(tx: Tx, tag: bytes, sent: Sent) -> None:
    params = {"tag": tag, "ticket_id": sent.ticket_id, "internal": sent.internal}
    tx.write(_PUT, params, sent.ticket_id)


async def by_message(tx: Tx, tags: list[bytes]) -> dict[bytes, Sent]:
    rows = await tx.rows(
        "select message_tag, ticket_id, internal from intake.sent_message"
        " where message_tag = any(:tags)",
        {"tags": tags},
    )
    return {row["message_tag"]: Sent(row["ticket_id"], row["internal"]) for row in rows}
