"""From a query to what is sought in the index, and what must then be looked at itself."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from services.tickets.adapters import stems
from services.tickets.domain import querywords, terms
from services.tickets.domain.clitics import rests_in
from services.tickets.domain.folding import fold
from services.tickets.domain.kindly import asked_states
from services.tickets.domain.listing import Filters
from services.tickets.domain.matching import (
    NOTHING,
    Every,
    Has,
    Node,
    Numbered,
    Some,
    Without,
    allowed,
    beginning,
)
from services.tickets.domain.postings import Field
from services.tickets.domain.query import Choice, Clause, Unreadable, Wish
from services.tickets.domain.queryfields import CUSTOM
from services.tickets.domain.queryplaces import MOST_CHOICES, Named, choices, meant
from services.tickets.domain.querywords import Period
from services.tickets.domain.rights import Reach
from services.tickets.domain.sides import behind_port, sides_of
from services.tickets.usecases.indexed import PEOPLE, custom_scope
from services.tickets.usecases.questions import Alternative, Check, Phrase, Question, Reader
from shared.vocabulary import NUMBER_PREFIX, Localized

_WORDS: Final = frozenset(Field) - {Field.FACT}
_FIELDS: Final = {
    None: _WORDS,
    "subject": frozenset({Field.SUBJECT}),
    "body": frozenset({Field.BODY, Field.QUOTED, Field.NOTE}),
    "from": PEOPLE,
    "file": frozenset({Field.FILE, Field.NOTE_FILE}),
    "tag": frozenset({Field.TAG}),
}
_CUSTOM: Final = frozenset({Field.CUSTOM, Field.HIDDEN_CUSTOM})
_FACT: Final = frozenset({Field.FACT})
_NUMBER: Final = fold(NUMBER_PREFIX).rstrip("-")


class Asking:
    """Reads clauses for one reader with one key."""

    def __init__(self, key: bytes, reader: Reader) -> None:
        self._key = key
        self._reader = reader
        self._inside = reader.viewer.staff
        self._readings: dict[str, Callable[[Wish], Alternative]] = {
            "status": self._status,
            "priority": self._priority,
            "assignee": self._assignee,
            "department": self._department,
            "created": self._created,
            "number": self._numbered,
        }
        self._words: list[Has] = []

    def question(self, clauses: Sequence[Clause], filters: Filters) -> Question:
        """The question that all clauses and filters make together, within the reader's rights."""
        nodes, checks = [self.rights(), *self._narrow(filters)], []
        sought = False
        for clause in clauses:
            sought = True
            read = tuple(self._read(wish, weigh=not clause.negated) for wish in clause.wishes)
            exact = any(one.exact for one in read)
            if exact:
                checks.append(Check(read, clause.negated))
            if not clause.negated:
                nodes.append(Some(tuple(one.node for one in read)))
            elif not exact:
                nodes.append(Without(Some(tuple(one.node for one in read))))
        if not sought:
            nodes.append(NOTHING)
        node = Some((Every(tuple(nodes)), self._very(clauses)))
        return Question(node, tuple(checks), tuple(self._words))

    def _very(self, clauses: Sequence[Clause]) -> Node:
        """The very ticket whose number is all that was asked for, indexed yet or not."""
        wishes = [wish for clause in clauses if not clause.negated for wish in clause.wishes]
        if len(clauses) != 1 or len(wishes) != 1 or wishes[0].field not in {None, "number"}:
            return NOTHING
        pieces = [one for one in terms.sequence(wishes[0].text) if one != _NUMBER]
        if len(pieces) != 1:
            return NOTHING
        return Numbered(beginning(pieces[0], self._reader.highest).ranges[:1])

    def rights(self) -> Node:
        """The reader's reach as facts of the index; the rows themselves are checked again."""
        viewer = self._reader.viewer
        match viewer.reach:
            case Reach.ALL:
                return Every()
            case Reach.DEPARTMENTS:
                places = [f"access:{one}" for one in viewer.department_ids]
                return self._fact(*places, f"assignee:{viewer.id}", f"requester:{viewer.id}")
            case Reach.ORGANIZATION:
                return self._fact(f"organization:{viewer.organization_id}")
            case Reach.OWN:
                whose = self._fact(f"organization:{viewer.organization_id}")
                return Every((whose, self._fact(f"reader:{viewer.id}")))
            case Reach.NOTHING:
                return NOTHING

    def _narrow(self, filters: Filters) -> Iterable[Node]:
        for name in ("status", "priority"):
            if values := getattr(filters, name):
                yield self._fact(*(f"{name}:{value}" for value in values))
        viewer = self._reader.viewer
        mine = {"me": [viewer.id], "mine": sorted(viewer.department_ids)}
        for name in ("department", "assignee", "organization", "requester"):
            if value := getattr(filters, f"{name}_id"):
                yield self._fact(*(f"{name}:{one}" for one in mine.get(value, [value])))

    def _read(self, wish: Wish, *, weigh: bool) -> Alternative:
        reading = self._readings.get(wish.field or "")
        if reading is not None:
            return reading(wish)
        scope, fields = self._place(wish)
        if wish.phrase:
            words = tuple(terms.sequence(wish.text))
            found = (self._own(one, scope, fields, stems.asked(one).own) for one in words)
            node = Every(tuple(self._weighed(one, weigh=weigh) for one in found))
            return Alternative(node if words else NOTHING, Phrase(words, fields) if words else None)
        if begun := self._begun_port(wish, weigh=weigh):
            return begun
        return Alternative(self._text(wish, scope, fields, weigh=weigh))

    def _place(self, wish: Wish) -> tuple[str, frozenset[Field]]:
        if wish.field is not None and wish.field.startswith(CUSTOM):
            scope = custom_scope(wish.field.removeprefix(CUSTOM))
            return scope, allowed(_CUSTOM, inside=self._inside)
        return "", allowed(_FIELDS[wish.field], inside=self._inside)

    def _text(self, wish: Wish, scope: str, fields: frozenset[Field], *, weigh: bool) -> Node:
        nodes: list[Node] = []
        for chunk in terms.chunks(fold(wish.text)):
            pieces = terms.parts(chunk)
            if len(pieces) > 1 and terms.is_exact(chunk):
                nodes.append(self._whole(chunk, scope, fields, weigh=weigh))
            else:
                nodes += [self._word(one, scope, fields, weigh=weigh) for one in pieces]
        node = Every(tuple(nodes)) if nodes else NOTHING
        own = self._own_number(wish)
        return Some((node, own)) if own is not None else node

    def _own_number(self, wish: Wish) -> Node | None:
        """`1042` and `SND-1042` are the ticket of that number too; `SND-104` begins several."""
        if wish.field is not None:
            return None
        pieces = terms.sequence(wish.text)
        if len(pieces) == 1:
            return Numbered(beginning(pieces[0], self._reader.highest).ranges[:1])
        if len(pieces) == 2 and pieces[0] == _NUMBER:
            return beginning(pieces[1], self._reader.highest)
        return None

    def _whole(self, chunk: str, scope: str, fields: frozenset[Field], *, weigh: bool) -> Node:
        wanted = [chunk, *filter(None, [terms.bare_version(chunk)])]
        texts = {terms.whole(terms.parts(one)) for one in wanted}
        found = {stems.token_of(self._key, f"{scope}{kind}{one}") for one in texts for kind in "cp"}
        sides = sides_of(chunk)
        if sides is None:
            node = self._weighed(Has(frozenset(found), fields), weigh=weigh)
            parts = self._file_parts(chunk, fields) if weigh else ()
            return Some((node, *parts)) if parts else node
        first, last = (self._tokens(scope, side) for side in sides)
        self._weighed(Has(first | found, fields), weigh=weigh)
        both = (
            Every((Has(first, frozenset({one})), Has(last, frozenset({one})))) for one in fields
        )
        return Some((Has(frozenset(found), fields), *both))

    def _file_parts(self, chunk: str, fields: frozenset[Field]) -> tuple[Node, ...]:
        """`report.pdf` in the name quarterly-report.pdf: by its parts, in names of files alone.

        Not to exclude by: one file may have one part, another the other.
        """
        if not terms.is_file(chunk):
            return ()
        found = [frozenset(stems.word_tokens(self._key, one)) for one in terms.parts(chunk)]
        places = (frozenset({one}) for one in sorted(fields & _FIELDS["file"]))
        return tuple(Every(tuple(Has(one, place) for one in found)) for place in places)

    def _tokens(self, scope: str, some: Iterable[str]) -> frozenset[bytes]:
        return frozenset(stems.token_of(self._key, scope + one) for one in some)

    def _begun_port(self, wish: Wish, *, weigh: bool) -> Alternative | None:
        """`10.0.0.1:8`: the machine by the index, the port's first digits by the text itself."""
        sides = behind_port(fold(wish.text).strip())
        if sides is None or sides[1]:
            return None
        scope, fields = self._place(wish)
        node = self._weighed(Has(self._tokens(scope, sides[0]), fields), weigh=weigh)
        words = tuple(terms.sequence(wish.text))
        return Alternative(Every((node,)), Phrase(words, fields, begun=True))

    def _word(self, word: str, scope: str, fields: frozenset[Field], *, weigh: bool) -> Node:
        asked = stems.asked(word)
        self._weighed(self._own(word, scope, fields, asked.stems), weigh=weigh)
        token = partial(stems.stem_token, self._key, scope=scope)
        rests = [node for rest in asked.rests for node in rests_in(rest, fields, token)]
        own = self._own(word, scope, fields, asked.own)
        return Some((own, *rests)) if rests else own

    def _own(self, word: str, scope: str, fields: frozenset[Field], found: Iterable[str]) -> Has:
        begun = [f"p{word}"] if len(word) >= terms.BEGINNING else []
        return Has(self._tokens(scope, [*(f"w{stem}" for stem in found), *begun]), fields)

    def _weighed(self, node: Has, *, weigh: bool) -> Has:
        if weigh:
            self._words.append(node)
        return node

    def _status(self, wish: Wish) -> Alternative:
        found = asked_states(querywords.statuses(wish.text), staff=self._inside)
        if not found:
            choices = querywords.status_choices(staff=self._inside)
            raise Unreadable(wish.position, "unknown_value", choices)
        return Alternative(self._fact(*(f"status:{one}" for one in found)))

    def _priority(self, wish: Wish) -> Alternative:
        found = querywords.priority(wish.text)
        if found is None:
            raise Unreadable(wish.position, "unknown_value", querywords.PRIORITY_CHOICES)
        return Alternative(self._fact(f"priority:{found}"))

    def _assignee(self, wish: Wish) -> Alternative:
        word = fold(wish.text).strip()
        if word in querywords.ME:
            return Alternative(self._fact(f"assignee:{self._reader.viewer.id}"))
        if word in querywords.NOBODY:
            return Alternative(self._fact("assignee:none"))
        person = _uuid(word) or self._reader.colleagues.get(wish.text.strip())
        if person is None:
            choices = querywords.assignee_choices(staff=self._inside)
            raise Unreadable(wish.position, "unknown_value", choices)
        return Alternative(self._fact(f"assignee:{person}"))

    def _department(self, wish: Wish) -> Alternative:
        place = _uuid(fold(wish.text).strip())
        if place is not None:
            return Alternative(self._fact(f"department:{place}"))
        found = meant(wish.text, self._reader.departments)
        if len(found) == 1:
            return Alternative(self._fact(f"department:{found[0].id}"))
        code = "ambiguous_department" if found else "unknown_department"
        names = choices(found or self._reader.departments)[:MOST_CHOICES]
        raise Unreadable(wish.position, code, map(_choice, names))

    def _created(self, wish: Wish) -> Alternative:
        period = querywords.period(wish.text, self._reader.now, self._reader.zone)
        if period is None:
            raise Unreadable(wish.position, "unknown_value", querywords.CREATED_VALUES)
        return Alternative(self._days(period), period)

    def _days(self, period: Period) -> Node:
        """The days and months that a period touches, or all but those that it does not."""
        now = self._reader.now
        touched = querywords.covering(period[0], min(period[1], now))
        if touched is not None:
            return self._fact(*touched)
        later = querywords.covering(querywords.next_day(period[1]), now)
        return Without(self._fact(*later)) if later is not None else Every()

    def _numbered(self, wish: Wish) -> Alternative:
        pieces = [one for one in terms.sequence(wish.text) if one != _NUMBER]
        if len(pieces) != 1 or not pieces[0].isdigit():
            raise Unreadable(wish.position, "unknown_value", (f"{NUMBER_PREFIX}1042", "1042"))
        return Alternative(beginning(pieces[0], self._reader.highest))

    def _fact(self, *facts: str) -> Has:
        return Has(frozenset(token for _, token in stems.fact_tokens(self._key, facts)), _FACT)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _choice(place: Named) -> Choice:
    return Choice(Localized(ar=place.ar, en=place.en))
