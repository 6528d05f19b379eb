"""A query held against texts, without a database: for tables of what finds what."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.tickets.adapters import stems
from services.tickets.domain.listing import Filters
from services.tickets.domain.postings import Field, bit_of, slice_of
from services.tickets.domain.query import parse
from services.tickets.domain.queryplaces import Named
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.usecases.asking import Asking
from services.tickets.usecases.questions import Question, Reader

KEY = b"k" * 32
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
NUMBER = 90_001
STAFF = Viewer(UUID(int=1), Reach.ALL, staff=True)
CUSTOMER = Viewer(UUID(int=2), Reach.ALL, staff=False)


def asked(query: str, viewer: Viewer = STAFF, departments: Sequence[Named] = ()) -> Question:
    """The question that a query is; rights are tested elsewhere."""
    reader = Reader(viewer, NOW, "Asia/Riyadh", departments, 1_000_000)
    return Asking(KEY, reader).question(parse(query), Filters())


def finds(
    texts: str | Iterable[tuple[Field, str]],
    query: str,
    viewer: Viewer = STAFF,
    facts: Iterable[str] = (),
    departments: Sequence[Named] = (),
) -> bool:
    """Whether the index alone would offer a ticket with these texts."""
    given: Any = [(Field.BODY, texts)] if isinstance(texts, str) else texts
    found: dict[bytes, dict[Field, int]] = defaultdict(dict)
    for field, token in {*stems.ticket_tokens(KEY, given), *stems.fact_tokens(KEY, facts)}:
        found[token][field] = bit_of(NUMBER)
    node = asked(query, viewer, departments).node
    return bool(node.bits(slice_of(NUMBER), found) & bit_of(NUMBER))
