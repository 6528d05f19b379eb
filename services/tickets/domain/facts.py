"""What a search narrows by, as words of the index: states, places and people of a ticket."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any
from uuid import UUID


def facts_of(
    ticket: Mapping[str, Any], readers: Iterable[UUID], named: Iterable[UUID]
) -> Iterator[str]:
    """All facts of a ticket's row; `readers` take part, `named` are whom it is found by."""
    for name in ("status", "priority"):
        yield f"{name}:{ticket[name]}"
    yield f"department:{ticket['department_id']}"
    for place in {ticket["department_id"], *ticket["watching_department_ids"]}:
        yield f"access:{place}"
    yield f"assignee:{ticket['assignee_id'] or 'none'}"
    yield f"requester:{ticket['requester_id']}"
    yield f"organization:{ticket['organization_id']}"
    day = ticket["created_at"].astimezone(UTC)
    yield f"month:{day:%Y-%m}"
    yield f"day:{day:%Y-%m-%d}"
    for person in {ticket["requester_id"], *readers}:
        yield f"reader:{person}"
    for person in named:
        yield f"named:{person}"
