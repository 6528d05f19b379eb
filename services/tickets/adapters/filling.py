"""Filling an empty index at once, for seeds of a million tickets: rows ready for COPY.

What is found afterwards is what the worker would have made of the same tickets, one by one.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from services.tickets.adapters import stems
from services.tickets.domain.facts import facts_of
from services.tickets.domain.postings import LASTING, Changes, Field, pack

POSTING_COLUMNS = ("generation", "slice", "token", "field", "count", "bits")
ENTRY_COLUMNS = ("generation", "ticket_id", "number", "marks")


class Filling:
    """Gathers tickets; best emptied after each slice of 8192 numbers (`domain/postings.py`).

    `key` = `stems.search_key(keys, 1)`; messages of the tickets are to be written `indexed`.
    """

    def __init__(self, key: bytes, generation: int = 1) -> None:
        self._key = key
        self._generation = generation
        self._changes = Changes()
        self._entries: list[tuple[int, UUID, int, bytes]] = []

    def add(
        self,
        ticket: Mapping[str, Any],
        texts: Iterable[tuple[Field, str]],
        readers: Iterable[UUID] = (),
        named: Iterable[UUID] = (),
    ) -> None:
        """A ticket's columns, its opened texts by field, participants, people found by name."""
        marks = stems.ticket_tokens(self._key, texts)
        marks.update(stems.fact_tokens(self._key, facts_of(ticket, readers, named)))
        changing = pack(mark for mark in marks if mark[0] not in LASTING)
        self._changes.add(ticket["number"], marks)
        self._entries.append((self._generation, ticket["id"], ticket["number"], changing))

    def postings(self) -> Iterator[tuple[int, int, bytes, int, int, bytes]]:
        """Rows of `tickets.posting`; a slice must be whole, since its rows are written once."""
        for (piece, token, field), count, bits in self._changes.rows():
            yield self._generation, piece, token, int(field), count, bits

    def entries(self) -> list[tuple[int, UUID, int, bytes]]:
        """Rows of `tickets.search_entry`."""
        return self._entries
