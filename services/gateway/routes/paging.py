"""One page of a list in the order of its ids."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from shared.kit.http import InContext, decode_place, encode_cursor, page_response
from shared.kit.model import Out

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paging:
    """Where the page begins, and how to answer it."""

    request: Request
    context: InContext
    after: UUID | None
    limit: int

    @property
    def fetch(self) -> int:
        """One more than the page holds tells whether another page follows."""
        return self.limit + 1

    def answer(
        self, rows: Sequence[T], show: Callable[[T], Out], key: Callable[[T], UUID]
    ) -> Response:
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        following = encode_cursor(self.context, [str(key(shown[-1]))]) if more else None
        return page_response(self.request, [show(row) for row in shown], following)


async def _paging(
    request: Request,
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
) -> Paging:
    after = decode_place(context, cursor) if cursor else None
    return Paging(request, context, after, limit)


InPage = Annotated[Paging, Depends(_paging)]
