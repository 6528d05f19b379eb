"""Acknowledgements that went, counted by keyed hashes of addresses, domains and subjects."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.notify.domain.words import Silence
from shared.kit.tx import Tx
from shared.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class Keys:
    """What the caps of one acknowledgement are counted by."""

    address: bytes
    domain: bytes
    subject: bytes


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An acknowledgement that went, or is about to go, to an address."""

    at: datetime
    subject: bytes | None
    by_form: bool


_BY_FORM: Final = "(facts ->> 'channel' = :form and facts ? 'confirm')"
"""Of a form whose address nobody had confirmed."""


async def lock(tx: Tx, addresses: Iterable[bytes]) -> None:
    """Caps of one address are counted by one transaction at a time; always in one order."""
    numbers = sorted({int.from_bytes(one[:8], "big", signed=True) for one in addresses})
    await tx.execute(
        "select pg_advisory_xact_lock(n) from unnest(cast(:numbers as bigint[])) as n",
        {"numbers": numbers},
    )


async def history(
    tx: Tx, addresses: Iterable[bytes], since: datetime
) -> dict[bytes, list[Acknowledged]]:
    """Acknowledgements to addresses."""
    rows = await tx.rows(
        f"select address_key, composed_at, subject_key, {_BY_FORM} as by_form"
        " from notify.delivery where address_key = any(:addresses) and composed_at > :since"
        " and kind in ('acknowledgement', 'reopened') and state <> 'suppressed'",
        {"addresses": list(addresses), "since": since, "form": Channel.FORM.value},
    )
    found: dict[bytes, list[Acknowledged]] = {}
    for row in rows:
        one = Acknowledged(row["composed_at"], row["subject_key"], row["by_form"])
        found.setdefault(row["address_key"], []).append(one)
    return found


async def by_form(tx: Tx, domains: Iterable[bytes], since: datetime) -> dict[bytes, int]:
    """How many acknowledgements each domain had by the open form."""
    rows = await tx.rows(
        "select domain_key, count(*) as number from notify.delivery"
        " where domain_key = any(:domains) and composed_at > :since"
        f" and {_BY_FORM} and state <> 'suppressed' group by domain_key",
        {"domains": list(domains), "since": since, "form": Channel.FORM.value},
    )
    return {row["domain_key"]: row["number"] for row in rows}


async def call_off(tx: Tx, ticket_id: UUID) -> list[UUID]:
    """An acknowledgement that has not gone is late once the ticket has ended; which they were.

    One that asks whether the request is its reader's goes all the same.
    """
    rows = await tx.rows(
        "update notify.delivery set state = 'suppressed', reason = :reason, next_at = null"
        " where ticket_id = :ticket_id and kind = 'acknowledgement'"
        " and state in ('pending', 'ready') and not facts ? 'confirm' returning id",
        {"ticket_id": ticket_id, "reason": Silence.SOLVED.value},
    )
    return [row["id"] for row in rows]
