"""What a query comes to: candidates of the index, and what they must show by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.tickets.domain.matching import Has, Node, tokens_of
from services.tickets.domain.postings import Field
from services.tickets.domain.queryplaces import Named
from services.tickets.domain.querywords import Period
from services.tickets.domain.rights import Viewer


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow each other, where."""

    words: tuple[str, ...]
    fields: frozenset[Field]
    begun: bool = False
    """The last word may go on."""


Exact = Phrase | Period


@dataclass(frozen=True, slots=True)
class Alternative:
    """What the index is asked, and what a candidate must show by itself."""

    node: Node
    exact: Exact | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A clause that the index alone cannot decide."""

    alternatives: tuple[Alternative, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A whole query: candidates, their checks, and the words that relevance weighs."""

    node: Node
    checks: tuple[Check, ...]
    words: tuple[Has, ...]

    @property
    def tokens(self) -> set[bytes]:
        """All tokens whose rows are needed: of the candidates and of their checks."""
        checked = (one.node for check in self.checks for one in check.alternatives)
        return {token for node in (self.node, *checked) for token in tokens_of(node)}

    @property
    def phrased(self) -> bool:
        """Whether texts must be opened."""
        return any(
            isinstance(one.exact, Phrase) for check in self.checks for one in check.alternatives
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, when, and by which names departments go."""

    viewer: Viewer
    now: datetime
    zone: str
    departments: Sequence[Named]
    highest: int
    colleagues: Mapping[str, UUID] = field(default_factory=dict)
    """Whose the addresses are that the query names."""
