"""Joining sets of tickets, slice by slice: what a query asks for, as a tree over tokens."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from services.tickets.domain.postings import FULL, INSIDE, Field, bit_of, decode, slice_of, span

Found = Mapping[bytes, Mapping[Field, int]]
"""Of one slice: for each token and field the bits of its tickets."""
_NONE: Final[Mapping[Field, int]] = {}


class Packed(Mapping[Field, int]):
    """A token's rows in one slice by field; each is unpacked when somebody first looks at it.

    Most never are: a reader's rights, or the word before, leave nothing in their slice.
    """

    __slots__ = ("_bits", "_rows")

    def __init__(self) -> None:
        self._rows: dict[Field, tuple[int, bytes]] = {}
        self._bits: dict[Field, int] = {}

    def put(self, field: Field, count: int, data: bytes) -> None:
        self._rows[field] = (count, data)

    @override
    def __getitem__(self, field: Field) -> int:
        bits = self._bits.get(field)
        if bits is None:
            bits = self._bits[field] = decode(*self._rows[field])
        return bits

    @override
    def __iter__(self) -> Iterator[Field]:
        return iter(self._rows)

    @override
    def __len__(self) -> int:
        return len(self._rows)


@dataclass(frozen=True, slots=True)
class Has:
    """One of the tokens stands in one of the fields."""

    tokens: frozenset[bytes]
    fields: frozenset[Field]

    def bits(self, piece: int, found: Found) -> int:  # noqa: ARG002 - nodes are asked alike
        union = 0
        for token in self.tokens:
            rows = found.get(token, _NONE)
            for field in rows:
                if field in self.fields:
                    union |= rows[field]
        return union


@dataclass(frozen=True, slots=True)
class Numbered:
    """The ticket's number lies in one of the ranges."""

    ranges: tuple[tuple[int, int], ...]

    def bits(self, piece: int, found: Found) -> int:  # noqa: ARG002 - nodes are asked alike
        union = 0
        for low, high in self.ranges:
            union |= span(low, high, piece)
        return union


@dataclass(frozen=True, slots=True)
class Every:
    """All nodes hold; without nodes, always."""

    nodes: tuple["Node", ...] = ()

    def bits(self, piece: int, found: Found) -> int:
        common = FULL
        for node in self.nodes:
            common &= node.bits(piece, found)
            if not common:
                break
        return common


@dataclass(frozen=True, slots=True)
class Some:
    """One of the nodes holds."""

    nodes: tuple["Node", ...]

    def bits(self, piece: int, found: Found) -> int:
        union = 0
        for node in self.nodes:
            union |= node.bits(piece, found)
        return union


@dataclass(frozen=True, slots=True)
class Without:
    """The node does not hold."""

    node: "Node"

    def bits(self, piece: int, found: Found) -> int:
        return FULL & ~self.node.bits(piece, found)


Node = Has | Numbered | Every | Some | Without
NOTHING: Final = Some(())


def tokens_of(node: Node) -> Iterator[bytes]:
    """All tokens whose rows a tree needs."""
    match node:
        case Has(tokens, _):
            yield from tokens
        case Every(nodes) | Some(nodes):
            for one in nodes:
                yield from tokens_of(one)
        case Without(one):
            yield from tokens_of(one)
        case Numbered():
            pass


class Looked:
    """Whether tickets are in the sets of trees; a slice is worked out once for each tree."""

    def __init__(self, found: Mapping[int, Found]) -> None:
        self._found = found
        self._bits: dict[tuple[Node, int], int] = {}

    def holds(self, node: Node, number: int) -> bool:
        piece = slice_of(number)
        bits = self._bits.get((node, piece))
        if bits is None:
            bits = node.bits(piece, self._found.get(piece, {}))
            self._bits[(node, piece)] = bits
        return bool(bits & bit_of(number))


def beginning(digits: str, highest: int) -> Numbered:
    """Numbers that are these digits or begin with them: a ticket's number needs no token."""
    if not digits.isascii() or not digits.isdigit() or digits.startswith("0"):
        return Numbered(())
    low, width, ranges = int(digits), 1, []
    while low <= highest and width < 10**18:
        ranges.append((low, low + width - 1))
        low, width = low * 10, width * 10
    return Numbered(tuple(ranges))


def allowed(fields: Iterable[Field], *, inside: bool) -> frozenset[Field]:
    """Of these fields the ones that a reader may find by."""
    hidden = frozenset() if inside else INSIDE
    return frozenset(fields) - hidden
