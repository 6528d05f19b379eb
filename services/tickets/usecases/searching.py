"""Answering `q`: candidates from the index, newest first or by weight; rights from the rows.

The index says which tickets to look at, never which may be shown: each page is read through the
same statement, with the same walls, as a list without `q`.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.adapters import stems
from services.tickets.adapters.people import colleagues
from services.tickets.domain import ranking
from services.tickets.domain.listing import Filters, Place, Sort
from services.tickets.domain.matching import Packed
from services.tickets.domain.postings import Field, bit_of, numbers, slice_of
from services.tickets.domain.query import UNSEEN, Unreadable, addresses, parse
from services.tickets.domain.queryplaces import Named
from services.tickets.domain.rights import Viewer
from services.tickets.problems.search import unreadable
from services.tickets.store import directory, listing, postings, search, tickets
from services.tickets.store.listing import Order
from services.tickets.store.rows import Condition, Row
from services.tickets.usecases import verifying
from services.tickets.usecases.asking import Asking
from services.tickets.usecases.figures import zone_of
from services.tickets.usecases.questions import Question, Reader
from services.tickets.usecases.sight import viewer_of
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.vocabulary import RESERVED_ORGANIZATION

_FIRST_WINDOW: Final = 8
_MOST_LOOKED_AT: Final = 5_000
"""Rows read for one page; a page that would need more ends early and names its next place."""
_CHUNK: Final = 1_000
_ANY_INSTANT: Final = datetime(1970, 1, 1, tzinfo=UTC)

Slices = dict[int, dict[bytes, Packed]]
Answer = tuple[list[Row], list[Any] | None]


@dataclass(frozen=True, slots=True)
class Hunt:
    """One query of one reader, with everything that its pages need."""

    context: Context
    caller: Caller
    filters: Filters
    generation: int
    question: Question
    highest: int
    more: Sequence[Condition] = ()
    cost: verifying.Cost = field(default_factory=verifying.Cost)
    known: Slices = field(default_factory=dict)
    """Slices that were read and are asked for again when candidates are looked at."""

    async def load(self, pieces: Sequence[int]) -> Slices:
        """The rows of the query's tokens in these slices, each slice read once for a page."""
        if missing := [piece for piece in pieces if piece not in self.known]:
            found = await self._read(missing)
            if not self.question.checks:
                return found
            self.known.update(found)
        return {piece: self.known[piece] for piece in pieces}

    async def _read(self, pieces: Sequence[int]) -> Slices:
        async with self.context.tx() as tx:
            rows = await postings.found(tx, self.generation, self.question.tokens, pieces)
        found: Slices = {piece: defaultdict(Packed) for piece in pieces}
        for row in rows:
            found[row["slice"]][row["token"]].put(Field(row["field"]), row["count"], row["bits"])
        return found

    async def rows(self, chosen: Sequence[int]) -> dict[int, Row]:
        """Of these numbers the tickets that the reader may see and the filters let through."""
        order = (Sort.CREATED, None, len(chosen))
        rows = await self.listed([_among(chosen)], order)
        return {row["number"]: row for row in await self.sound(rows)}

    async def listed(self, more: Sequence[Condition], order: Order) -> list[Row]:
        viewer = viewer_of(self.caller)
        async with self.context.tx(self.caller) as tx:
            return await listing.listed(tx, viewer, self.filters, [*self.more, *more], order)

    async def sound(self, rows: Sequence[Row]) -> list[Row]:
        """Those that hold what the index cannot know: phrases, exact times."""
        if not self.question.checks:
            return list(rows)
        return await verifying.sound(self.context, self.caller, self.question, rows, self)

    @property
    def stride(self) -> int:
        """The most that is looked at together."""
        return verifying.AT_ONCE if self.question.phrased else _CHUNK

    def weary(self, looked: int) -> bool:
        """Whether a page has cost enough."""
        most = verifying.MOST_OPENED if self.question.phrased else _MOST_LOOKED_AT
        return looked >= most or self.cost.letters >= verifying.MOST_READ


async def found(
    context: Context, caller: Caller, filters: Filters, more: Sequence[Condition], order: Order
) -> Answer:
    """A page of tickets that a query finds, and the place of the next."""
    hunt = replace(await _begin(context, caller, viewer_of(caller), filters), more=more)
    if order[0] is Sort.CREATED:
        return await _newest(hunt, order)
    if order[0] is Sort.RELEVANCE:
        return await _weightiest(hunt, order)
    return await _sorted(hunt, order)


async def numbered(context: Context, caller: Caller, viewer: Viewer, filters: Filters) -> Condition:
    """The newest candidates of a query as a condition, for counts that need not be exact."""
    hunt = await _begin(context, caller, viewer, filters)
    chosen: list[int] = []
    async for number in _candidates(hunt, hunt.highest + 1):
        chosen.append(number)
        if len(chosen) >= _MOST_LOOKED_AT:
            break
    return _among(chosen)


async def _begin(context: Context, caller: Caller, viewer: Viewer, filters: Filters) -> Hunt:
    try:
        clauses = parse(UNSEEN.sub("", filters.q or ""))
    except Unreadable as error:
        raise unreadable(error, caller.locale) from None
    known = await colleagues(context, addresses(clauses) if viewer.staff else ())
    async with context.tx() as tx:
        active = (await search.generations(tx))[0]
        rows = await directory.departments(tx)
        highest = await tickets.highest_number(tx)
        zone = await zone_of(tx, caller.organization_id or RESERVED_ORGANIZATION)
        now = tx.now
    names = [Named(row["id"], row["name_ar"], row["name_en"]) for row in rows]
    reader = Reader(viewer, now, zone, names, highest, known)
    key = stems.search_key(context.keys, active.key_version)
    try:
        question = Asking(key, reader).question(clauses, filters)
    except Unreadable as error:
        raise unreadable(error, caller.locale) from None
    rest = replace(filters, q=None)
    return Hunt(context, caller, rest, active.id, question, highest)


async def _newest(hunt: Hunt, order: Order) -> Answer:
    """By number, which is the order of arrival."""
    _, place, limit = order
    start = place.id.int if place else hunt.highest + 1
    shown: list[Row] = []
    looked = 0
    async for chosen in _chunks(_candidates(hunt, start), limit, hunt.stride):
        rows = await hunt.rows(chosen)
        looked += len(chosen)
        shown += [rows[number] for number in chosen if number in rows]
        if len(shown) > limit:
            return shown[:limit], [_ANY_INSTANT, UUID(int=shown[limit - 1]["number"])]
        if hunt.weary(looked):
            return shown, [_ANY_INSTANT, UUID(int=chosen[-1])]
    return shown, None


async def _candidates(hunt: Hunt, start: int) -> AsyncIterator[int]:
    """Numbers below `start` that the index finds, newest first, read in growing windows."""
    for window in _windows(slice_of(start)):
        slices = await hunt.load(window)
        for piece in window:
            bits = hunt.question.node.bits(piece, slices.get(piece, {}))
            if not bits:
                hunt.known.pop(piece, None)
            for number in numbers(piece, bits):
                if 0 < number < start and number <= hunt.highest:
                    yield number


async def _chunks(found: AsyncIterator[int], limit: int, most: int) -> AsyncIterator[list[int]]:
    """A page's worth first, then more at once: the first candidates mostly suffice."""
    size, chunk = limit + 1, list[int]()
    async for number in found:
        chunk.append(number)
        if len(chunk) >= size:
            yield chunk
            size, chunk = min(size * 4, most), []
    if chunk:
        yield chunk


async def _weightiest(hunt: Hunt, order: Order) -> Answer:
    """By relevance; the rarities travel in the cursor, so that pages keep one order."""
    _, place, limit = order
    slices = await hunt.load(range(slice_of(hunt.highest) + 1))
    words = hunt.question.words
    known, after = _resumed(place, len(words))
    rarities = known or [_rarity(hunt, word, slices) for word in words]
    chosen = ranking.weighed(rarities)
    ranks = _ranks(hunt, [words[index] for index in chosen], slices)
    order_of = ranking.ranked(ranks, [rarities[index] for index in chosen], after)
    return await _best(hunt, order_of, rarities, limit)


async def _best(
    hunt: Hunt, ordered: Iterator[tuple[ranking.Class, int]], rarities: list[float], limit: int
) -> Answer:
    shown: list[tuple[ranking.Class, Row]] = []
    size, looked = limit + 1, 0
    while chunk := _take(ordered, size):
        rows = await hunt.rows([number for _, number in chunk])
        looked += len(chunk)
        shown += [(kind, rows[number]) for kind, number in chunk if number in rows]
        if len(shown) > limit:
            kind, row = shown[limit - 1]
            return [row for _, row in shown[:limit]], _told(rarities, kind, row["number"])
        if hunt.weary(looked):
            return [row for _, row in shown], _told(rarities, *chunk[-1])
        size = min(size * 4, hunt.stride)
    return [row for _, row in shown], None


def _ranks(hunt: Hunt, words: Sequence[Any], slices: Slices) -> ranking.Ranks:
    ranks: ranking.Ranks = {}
    for piece in range(slice_of(hunt.highest) + 1):
        here = slices.get(piece, {})
        bits = hunt.question.node.bits(piece, here)
        if bits:
            for kind, some in ranking.classes(bits, words, piece, here).items():
                ranks.setdefault(kind, {})[piece] = some
    return ranks


def _rarity(hunt: Hunt, word: Any, slices: Slices) -> float:
    count = sum(word.bits(piece, here).bit_count() for piece, here in slices.items())
    return ranking.rarity(count, hunt.highest)


def _told(rarities: Sequence[float], kind: ranking.Class, number: int) -> list[Any]:
    value = ",".join(map(str, rarities)) + ";" + ",".join(map(str, kind))
    return [value, UUID(int=number)]


def _resumed(
    place: Place | None, count: int
) -> tuple[list[float] | None, tuple[ranking.Class, int] | None]:
    if place is None:
        return None, None
    known, _, kind = str(place.value).partition(";")
    rarities = [float(one) for one in known.split(",") if one]
    levels = tuple(int(one) for one in kind.split(",") if one)
    return (rarities, (levels, place.id.int)) if len(rarities) == count else (None, None)


async def _sorted(hunt: Hunt, order: Order) -> Answer:
    """By due time and the like: few finds are sorted, many are met on the way along the order."""
    sort, place, limit = order
    pieces = range(slice_of(hunt.highest), -1, -1)
    slices = await hunt.load(pieces)
    bits = {piece: hunt.question.node.bits(piece, slices.get(piece, {})) for piece in pieces}
    few = sum(one.bit_count() for one in bits.values()) <= _MOST_LOOKED_AT
    chosen = [number for piece in pieces for number in numbers(piece, bits[piece])] if few else []
    condition = [_among(chosen)] if few else []
    shown: list[Row] = []
    size, looked = (limit if few else min(limit * 4, hunt.stride)), 0
    while True:
        rows = await hunt.listed(condition, (sort, place, size))
        met = [row for row in rows if bits.get(slice_of(row["number"]), 0) & bit_of(row["number"])]
        shown += await hunt.sound(met)
        looked += len(rows)
        if len(shown) > limit:
            return shown[:limit], listing.place_of(shown[limit - 1], sort)
        if len(rows) <= size:
            return shown, None
        if hunt.weary(looked):
            return shown, listing.place_of(rows[-1], sort)
        place = Place(*listing.place_of(rows[-1], sort))
        size = min(size * 2, hunt.stride)


def _windows(top: int) -> Iterator[list[int]]:
    """Slices from the newest down, in windows that grow."""
    size = _FIRST_WINDOW
    while top >= 0:
        yield list(range(top, max(top - size, -1), -1))
        top, size = top - size, size * 2


def _take(ordered: Iterator[tuple[ranking.Class, int]], size: int) -> list[Any]:
    return [one for one, _ in zip(ordered, range(size), strict=False)]


def _among(chosen: Iterable[int]) -> Condition:
    return "t.number = any(cast(:found as bigint[]))", {"found": list(chosen)}
