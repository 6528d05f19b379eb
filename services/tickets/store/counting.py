"""How long queues are: many in one statement, each counted no further than anybody looks."""

import re
from collections.abc import Sequence
from typing import Any, Final

from asyncpg import QueryCanceledError
from sqlalchemy.exc import DBAPIError

from services.tickets.domain.listing import Filters
from services.tickets.domain.rights import Viewer
from services.tickets.store.listing import joined, narrowed
from services.tickets.store.rows import Condition
from shared.kit.tx import Tx

_NAME: Final = re.compile(r"(?<![:\w]):([a-z_0-9]+)")


HURRY: Final = """select set_config('statement_timeout', :milliseconds, true),
    set_config('enable_seqscan', 'off', true),
    set_config('plan_cache_mode', 'force_custom_plan', true)"""
"""A bounded count looks cheap by a scan of the table, until what it looks for lies at its end.
And what is rare must not be counted by a plan for the average value."""


class TooSlow(Exception):
    """The statement took longer than it was given."""


def counted(
    viewer: Viewer, asked: Sequence[tuple[Filters, Sequence[Condition]]], most: int
) -> Condition:
    """One statement; its columns are the counts, at most `most` + 1 each."""
    columns: list[str] = []
    params: dict[str, Any] = {"limit": most + 1}
    for index, (filters, more) in enumerate(asked):
        parts: list[str] = []
        for conditions in narrowed(viewer, filters, more):
            where, own = _numbered(joined(conditions), index)
            params |= own
            parts.append(f"select t.id from tickets.ticket t where {where} limit :limit")
        # A ticket may come from several branches; each is followed no further than anybody looks.
        each = f"({') union ('.join(parts)})"
        columns.append(f"(select least(count(*), :limit) from ({each}) c{index}) as n{index}")
    return f"select {', '.join(columns)}", params


async def count(
    tx: Tx,
    viewer: Viewer,
    asked: Sequence[tuple[Filters, Sequence[Condition]]],
    *,
    most: int,
    milliseconds: int,
) -> list[int]:
    """The counts in the order of the questions; TooSlow when they take longer than given."""
    await tx.execute(HURRY, {"milliseconds": str(milliseconds)})
    try:
        row = await tx.row(*counted(viewer, asked, most))
    except DBAPIError as error:
        if _is_cancelled(error):
            raise TooSlow from None
        raise
    assert row is not None
    return [row[f"n{index}"] for index in range(len(asked))]


def _numbered(condition: Condition, index: int) -> Condition:
    """The same condition with names of its own, so that many stand in one statement."""
    text, params = condition
    names = {name: f"{name}_{index}" for name in params}
    renamed = _NAME.sub(lambda found: f":{names.get(found[1], found[1])}", text)
    return renamed, {names[name]: value for name, value in params.items()}


def _is_cancelled(error: DBAPIError) -> bool:
    known = error.orig.__cause__ if error.orig else None
    return isinstance(known, QueryCanceledError)
