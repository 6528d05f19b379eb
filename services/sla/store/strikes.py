"""Promises broken together: what groups of simple breaches do to their rows, in one statement.

What changes comes from the rule (`domain.striking`) and what is said from the event's model
(`kit.stencil`). A test holds every row against those that `store.clocks` and `store.breaches`
write for the same clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from services.sla.store.breaches import NTH
from services.sla.store.claims import Alike
from shared.kit.outbox import new_fact_ids
from shared.kit.tx import Tx


@dataclass(frozen=True, slots=True)
class Strike:
    """The clocks of a group take each its change; their facts are made of one text."""

    alike: Alike
    changes: Sequence[str]
    text: str


_BREACHES = """case c.stated -> 'breaches' when '[]' then n.mark else (
    select jsonb_agg(one order by one ->> 0, (one -> 1)::int)
    from jsonb_array_elements(c.stated -> 'breaches' || n.mark) as e (one)) end"""
_STRIKE = f"""
    with alike as (
        select *, jsonb_build_array(jsonb_build_array(metric, cycle)) as mark
        from unnest(cast(:metrics as text[]), cast(:cycles as int[]), cast(:places as int[]),
            cast(:texts as text[])) with ordinality as g (metric, cycle, place, text, number)),
    clock as (
        update sla.clock c set settled_at = greatest(c.settled_at, :now),
            sequence = c.sequence + 1,
            clocks = jsonb_set(c.clocks, array[n.place::text],
                (c.clocks -> n.place) || n.change::jsonb),
            stated = jsonb_set(c.stated, '{{breaches}}', {_BREACHES})
        from (select * from unnest(cast(:dues as timestamptz[]), cast(:tickets as uuid[]),
            cast(:changes as text[]), cast(:numbers as bigint[]), cast(:events as uuid[]))
            as one (due_at, ticket_id, change, number, event_id) join alike using (number)) as n
        where c.ticket_id = n.ticket_id
        returning n.*, c.organization_id, c.department_id, c.priority, c.sequence,
            c.clocks -> n.place ->> 'breached_at' as breached_at),
    broken as (
        insert into sla.breach (ticket_id, organization_id, department_id, priority, metric,
            cycle, fact, noted_at, cause, due_at, breached_at, nth)
        select n.*, {NTH} from (
            select ticket_id, organization_id, department_id, priority, metric, cycle,
                'breached' as fact, cast(:now as timestamptz), 'elapsed', due_at, due_at
            from clock) as n),
    gone as (
        delete from sla.timer where key = any(cast(:keys as text[])))
    insert into sla.outbox (id, route, subject, sequence, body)
    select event_id, :route, ticket_id::text, sequence, format(text, event_id, ticket_id,
        sequence, organization_id, department_id, breached_at)
    from clock"""


async def strike(tx: Tx, now: datetime, route: str, strikes: Sequence[Strike]) -> None:
    """Break these promises and let go of their timers; facts get ids in due order."""
    rows = [
        row
        for number, one in enumerate(strikes, start=1)
        for row in zip(
            one.alike.dues,
            one.alike.ticket_ids,
            one.alike.keys,
            one.changes,
            [number] * len(one.changes),
            strict=True,
        )
    ]
    dues, tickets, keys, changes, numbers = zip(*sorted(rows, key=itemgetter(0)), strict=True)
    asked: dict[str, Any] = {
        "now": now,
        "route": route,
        "metrics": [one.alike.metric for one in strikes],
        "cycles": [one.alike.cycle for one in strikes],
        "places": [one.alike.place for one in strikes],
        "texts": [one.text for one in strikes],
        "dues": dues,
        "tickets": tickets,
        "keys": keys,
        "changes": changes,
        "numbers": numbers,
        "events": new_fact_ids(len(rows)),
    }
    await tx.execute(_STRIKE, asked)
    tx.wake("relay")
