"""Looking at candidates themselves: phrases in their opened texts and names, and exact times."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol
from uuid import UUID

from services.tickets.adapters.people import people_of
from services.tickets.domain import terms
from services.tickets.domain.customwords import called
from services.tickets.domain.fieldrules import Fields
from services.tickets.domain.folding import fold
from services.tickets.domain.matching import Every, Found, Has, Looked, Node
from services.tickets.domain.postings import Field, slice_of
from services.tickets.store import seals, search
from services.tickets.store.rows import Row
from services.tickets.usecases.fieldbook import book_of, hidden_from_customers
from services.tickets.usecases.indexed import PEOPLE, custom_field, people_texts
from services.tickets.usecases.questions import Alternative, Check, Phrase, Question
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.crypto import Box

MOST_OPENED: Final = 120
"""Tickets whose texts are opened for one page."""
AT_ONCE: Final = 35

MOST_READ: Final = 1_000_000
"""Letters: a hundred tickets of long logs must not cost a page more than short ones."""

Text = tuple[Field, str]


@dataclass(slots=True)
class Cost:
    """What a page has cost so far."""

    letters: int = 0


class Pages(Protocol):
    """Where rows of the index come from, and what has been read for the page in hand."""

    @property
    def cost(self) -> Cost: ...

    async def load(self, pieces: Sequence[int]) -> Mapping[int, Found]: ...


async def sound(
    context: Context, caller: Caller, question: Question, rows: Sequence[Row], pages: Pages
) -> list[Row]:
    """The rows for which all checks hold, in their order."""
    pieces = sorted({slice_of(row["number"]) for row in rows})
    looked = Looked(await pages.load(pieces) if rows else {})
    kept: list[Row] = []
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        opened = await _texts(context, caller, some) if _beyond_people(question) else {}
        named = [row for row in some if _may_name(question, row["number"], looked)]
        people = await _people(context, named)
        pages.cost.letters += sum(len(text) for told in opened.values() for _, text in told)
        for row in some:
            book = Book(row, [*opened.get(row["id"], ()), *people.get(row["id"], ())])
            if all(_holds(check, book, looked) for check in question.checks):
                kept.append(row)
    return kept


class Book:
    """A ticket's row and texts; the texts are cut into words when first asked for."""

    def __init__(self, row: Row, texts: Sequence[Text]) -> None:
        self.row = row
        self._texts = texts
        self._folded: list[tuple[Field, str]] | None = None

    def says(self, phrase: Phrase) -> bool:
        if self._folded is None:
            self._folded = [(field, fold(text)) for field, text in self._texts]
        return any(
            _follows(phrase, terms.cut(text))
            for field, text in self._folded
            if field in phrase.fields and _may_follow(phrase.words, text)
        )


def _holds(check: Check, book: Book, looked: Looked) -> bool:
    return check.negated is not any(_applies(one, book, looked) for one in check.alternatives)


def _applies(one: Alternative, book: Book, looked: Looked) -> bool:
    if not looked.holds(one.node, book.row["number"]):
        return False
    if one.exact is None:
        return True
    if isinstance(one.exact, Phrase):
        return book.says(one.exact)
    begin, end = one.exact
    return bool(begin <= book.row["created_at"] < end)


def _may_follow(phrase: tuple[str, ...], folded: str) -> bool:
    """A quick look before a text is cut into words; long words are cut off, so it cannot tell."""
    if any(len(word) >= terms.LONGEST for word in phrase):
        return True
    return _loosely(phrase).search(folded) is not None


@lru_cache(maxsize=64)
def _loosely(phrase: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"[\W_]*".join(map(re.escape, phrase)))


def _follows(phrase: Phrase, words: Sequence[str]) -> bool:
    *before, last = phrase.words
    count = len(before)
    ends = (at for at, word in enumerate(words) if _ends(word, last, begun=phrase.begun))
    return any(at >= count and words[at - count : at] == before for at in ends)


def _ends(word: str, last: str, *, begun: bool) -> bool:
    return word.startswith(last) if begun else word == last


async def _texts(context: Context, caller: Caller, rows: Sequence[Row]) -> dict[UUID, list[Text]]:
    """All texts of the tickets that the reader may read."""
    ids = [row["id"] for row in rows]
    hidden, fields = await hidden_from_customers(context), (await book_of(context)).by_key
    async with context.tx(caller) as tx:
        messages = await search.open_texts(tx, ids)
        files = await search.open_files(tx, ids)
    await context.vault.learn(row["organization_id"] for row in rows)
    found: dict[UUID, list[Text]] = {}
    for row in rows:
        box = await context.vault.box(row["organization_id"])
        found[row["id"]] = [
            *_own(box, row, hidden, fields),
            *_written(box, [one for one in messages if one["ticket_id"] == row["id"]]),
            *_named(box, [one for one in files if one["ticket_id"] == row["id"]]),
        ]
    return found


def _beyond_people(question: Question) -> bool:
    """Whether a phrase may stand in texts: those of names alone open none."""
    return any(
        isinstance(one.exact, Phrase) and not one.exact.fields <= PEOPLE
        for check in question.checks
        for one in check.alternatives
    )


def _may_name(question: Question, number: int, looked: Looked) -> bool:
    """Whether all words of a phrase stand in the names of a ticket's people."""
    return any(
        isinstance(one.exact, Phrase) and looked.holds(_of_people(one.node), number)
        for check in question.checks
        for one in check.alternatives
    )


def _of_people(node: Node) -> Node:
    nodes = node.nodes if isinstance(node, Every) else ()
    found = (one for one in nodes if isinstance(one, Has))
    return Every(tuple(Has(one.tokens, one.fields & PEOPLE) for one in found))


async def _people(context: Context, rows: Sequence[Row]) -> dict[UUID, list[Text]]:
    """Names and addresses, asked of the gateway where they are not in memory."""
    if not rows:
        return {}
    async with context.tx() as tx:
        people = await search.people(tx, [row["id"] for row in rows])
    cards = await people_of(context).cards(context, [one["person_id"] for one in people])
    found: dict[UUID, list[Text]] = {row["id"]: [] for row in rows}
    for one in people:
        if (card := cards.get(one["person_id"])) is not None:
            found[one["ticket_id"]] += people_texts([(card, one["shown"])])
    return found


def _own(box: Box, row: Row, hidden: frozenset[str], fields: Fields) -> Iterator[Text]:
    yield Field.SUBJECT, seals.subject_of(box, row)
    yield from ((Field.TAG, tag) for tag in row["tags"])
    custom = seals.unseal_json(box, seals.CUSTOM, row["id"], row["custom"]) or {}
    for name, value in custom.items():
        place = custom_field(name, hidden)
        yield from ((place, text) for text in called(fields.get(name), value))


def _written(box: Box, messages: Sequence[Row]) -> Iterator[Text]:
    for one in messages:
        field = Field.BODY if one["public"] else Field.NOTE
        yield field, box.open(seals.BODY, one["id"], one["body_text"])


def _named(box: Box, files: Sequence[Row]) -> Iterator[Text]:
    for one in files:
        field = Field.FILE if one["public"] else Field.NOTE_FILE
        yield field, box.open(seals.FILE_NAME, one["id"], one["name"])
