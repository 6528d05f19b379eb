"""What becomes of mails, written once for each: many of them in one round trip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from services.intake.store.mails import Row
from shared.kit.outbox import FACTS_CTE
from shared.kit.tx import Tx


@dataclass(frozen=True, slots=True)
class Decided:
    """What a mail's columns become and what that states."""

    row: Row
    fields: Mapping[str, Any]
    facts: Mapping[str, Any]
    """As `tx.take_facts` gives them; `version` counts a mail's facts."""


async def decide(tx: Tx, decided: Sequence[Decided]) -> None:
    """Move parsed mails on and state the facts, unless somebody else did; columns are the same.

    Mails are locked in one order, whoever decides.
    """
    ordered = sorted(decided, key=lambda one: one.row.id)
    await tx.each(_deciding(tuple(ordered[0].fields)), [_decision(one) for one in ordered])


def _decision(one: Decided) -> dict[str, Any]:
    count, row = len(one.facts["fact_ids"]), one.row
    return {**one.fields, **one.facts, "facts": count, "id": row.id, "seen": row.version}


@cache
def _deciding(names: tuple[str, ...]) -> str:
    columns = ", ".join(f"{name} = :{name}" for name in names)
    return f"""with moved as (
            update intake.inbound_mail set {columns}, version = version + :facts
            where id = :id and state = 'parsed' and version = :seen returning id),
        {FACTS_CTE("intake", "moved")}
        select id from moved"""
