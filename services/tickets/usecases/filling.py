"""Placeholders of canned texts, filled for one ticket in the language of whoever reads it.

What texts need of other services and tables is learned before the tickets are locked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.domain import placeholders
from services.tickets.domain.calling import PRIORITY_WORDS
from services.tickets.domain.fieldrules import Fields
from services.tickets.domain.fields import FieldType
from services.tickets.domain.fieldstories import as_written, spoken
from services.tickets.domain.fieldvalues import fits
from services.tickets.domain.placeholders import fill, gaps, plain
from services.tickets.domain.rights import Viewer
from services.tickets.domain.steps import AddTags, Note, Placed, RemoveTags, Say
from services.tickets.domain.stories import STATUS_WORDS
from services.tickets.domain.words import number_text
from services.tickets.store import directory, seals, tickets
from services.tickets.usecases import answers, tagging
from services.tickets.usecases.answers import Cards
from services.tickets.usecases.fieldbook import book_of
from services.tickets.usecases.fielding import custom_of
from services.tickets.usecases.figures import FALLBACK_ZONE, moment_words
from services.tickets.usecases.life import Life
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.locale import format_date, isolate, pick
from shared.vocabulary import Locale, Localized, Metric

_NOBODY: Final[Cards] = {}


@dataclass(frozen=True, slots=True)
class Words:
    """What is known about the world around the tickets, and who speaks."""

    agent: UUID
    locale: Locale
    """In which notes are read."""
    cards: Cards = field(default_factory=dict)
    departments: Mapping[UUID, Localized] = field(default_factory=dict)
    zones: Mapping[UUID, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    """Names of tags by their keys."""
    fields: Fields = field(default_factory=dict)

    def said(self, life: Life, text: str, reader: "Reader") -> str:
        """The text for this ticket."""
        known = _Known(self, life, reader)
        return fill(text, {name: known.shown(name) for name in gaps(text)})

    def missing(self, life: Life, text: str, reader: "Reader") -> list[str]:
        """Placeholders for which the ticket has nothing."""
        known = _Known(self, life, reader)
        return [name for name in gaps(text) if not known.value(name)]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who will read a text."""

    locale: Locale
    staff: bool


class _Known:
    """One ticket's values, each worked out when a text asks for it."""

    def __init__(self, words: Words, life: Life, reader: Reader) -> None:
        self._words = words
        self._life = life
        self._locale = reader.locale
        self._staff = reader.staff

    def shown(self, name: str) -> str:
        """As it stands in the text: nothing a customer wrote can turn the line around it."""
        value = self.value(name)
        if not value:
            soon = name in _MOMENTS and self._life.row["sla"] is None
            texts = placeholders.SOON if soon else placeholders.INSTEAD.get(name)
            return placeholders.NOTHING if texts is None else pick(texts, self._locale)
        if name in _SPOKEN:
            return value
        foreign = self._locale is Locale.AR or placeholders.speaks_from_right(value)
        return isolate(value) if foreign else value

    def value(self, name: str) -> str:
        """In plain words; empty where there is none."""
        key = placeholders.custom_key(name)
        if key is not None:
            return plain(self._custom(key))
        find = _VALUES.get(name)
        return "" if find is None else find(self._words, self._life, self._locale)

    def _custom(self, key: str) -> Any:
        """In words; what customers may not see stays away from what they are told."""
        value, known = custom_of(self._life).get(key), self._words.fields.get(key)
        if value is None:
            return None
        if known is None:
            return as_written(value, self._locale) if self._staff else None
        if not known.definition.seen_by(staff=self._staff):
            return None
        if known.definition.type is FieldType.DATE and fits(known.definition, value):
            return format_date(date.fromisoformat(value), self._locale)
        return spoken(known.definition, value, self._locale)


def _due(metric: Metric) -> Callable[[Words, Life, Locale], str]:
    def due(words: Words, life: Life, locale: Locale) -> str:
        clock = (life.row["sla"] or {}).get(metric) or {}
        if not clock.get("due_at"):
            return ""
        zone = words.zones.get(life.ticket.organization_id, FALLBACK_ZONE)
        return moment_words(datetime.fromisoformat(clock["due_at"]), locale, zone)

    return due


def _person(words: Words, person_id: UUID) -> str:
    card = words.cards.get(person_id)
    return plain(card.name) if card else ""


def _department(words: Words, life: Life, locale: Locale) -> str:
    names = words.departments.get(life.ticket.department_id)
    return plain(pick(names, locale)) if names else ""


_MOMENTS: Final = frozenset({placeholders.FIRST_RESPONSE, placeholders.RESOLUTION})
_SPOKEN: Final = _MOMENTS | {placeholders.PRIORITY}
"""Fenced off where they are made."""

_VALUES: Final[Mapping[str, Callable[[Words, Life, Locale], str]]] = {
    placeholders.NUMBER: lambda _, life, __: number_text(life.ticket.number),
    placeholders.SUBJECT: lambda _, life, __: plain(_subject(life)),
    placeholders.STATUS: lambda _, life, locale: pick(STATUS_WORDS[life.ticket.status], locale),
    placeholders.PRIORITY: lambda _, life, locale: pick(
        PRIORITY_WORDS[life.ticket.priority], locale
    ),
    placeholders.FIRST_RESPONSE: _due(Metric.FIRST_RESPONSE),
    placeholders.RESOLUTION: _due(Metric.RESOLUTION),
    placeholders.REQUESTER: lambda words, life, _: _person(words, life.ticket.requester_id),
    placeholders.AGENT: lambda words, _, __: _person(words, words.agent),
    placeholders.DEPARTMENT: _department,
}


def _subject(life: Life) -> str:
    sealed = life.sealed.get("subject", life.row["subject"])
    return life.box.open(seals.SUBJECT, life.ticket.id, sealed)


async def learn(
    context: Context,
    caller: Caller,
    viewer: Viewer,
    ticket_ids: Sequence[UUID],
    steps: Sequence[Placed],
) -> Words:
    """Names, departments and time zones, as far as the texts ask for them; fields and tags too."""
    book = await book_of(context)
    tags = await tagging.names(context, _tags(steps))
    asked = set(gaps(*(text for text in _texts(steps))))
    people = [caller.id] if placeholders.AGENT in asked else []
    zones: dict[UUID, str] = {}
    departments: dict[UUID, Localized] = {}
    async with context.tx() as tx:
        if asked & {placeholders.REQUESTER, *_MOMENTS}:
            rows = await tickets.whose(tx, viewer, ticket_ids)
            people += [row["requester_id"] for row in rows]
            zones = await directory.zones(tx, [row["organization_id"] for row in rows])
        if placeholders.DEPARTMENT in asked:
            departments = {
                row["id"]: Localized(ar=row["name_ar"], en=row["name_en"])
                for row in await directory.departments(tx)
            }
    wanted = people if asked & {placeholders.REQUESTER, placeholders.AGENT} else []
    cards = await answers.cards_for(context, wanted) if wanted else _NOBODY
    return Words(caller.id, caller.locale, cards, departments, zones, tags, book.by_key)


def _tags(steps: Sequence[Placed]) -> list[str]:
    tagging_steps = (one.step for one in steps if isinstance(one.step, AddTags | RemoveTags))
    return [tag for step in tagging_steps for tag in step.tags]


def _texts(steps: Sequence[Placed]) -> list[str]:
    said = (one.step for one in steps if isinstance(one.step, Say | Note))
    return [
        text
        for step in said
        if not (isinstance(step, Say) and step.literal)
        for text in (step.text["ar"], step.text["en"])
    ]
