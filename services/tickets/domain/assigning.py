"""To whom a new ticket goes: in turn, by those who are here, have room and speak the language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.tickets.domain.rights import Reach, Viewer
from shared.vocabulary import Locale, Role

DEFAULT_CAPACITY: Final = 20
_LEADERS: Final = frozenset({Role.SUPERVISOR, Role.MANAGER})
_HOUSE: Final = frozenset({Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN})


class Mode(StrEnum):
    """Who chooses."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"


class Skill(StrEnum):
    """What the customer's language means for the choice."""

    OFF = "off"
    PREFER = "prefer"
    REQUIRE = "require"


class Reason(StrEnum):
    """Why nobody got it."""

    NO_AGENTS = "no_agents"
    ALL_AWAY = "all_away"
    NO_LANGUAGE = "no_language"
    SPEAKERS_FULL = "speakers_full"
    """Others have room, but do not speak the language that is asked for."""
    ALL_FULL = "all_full"


@dataclass(frozen=True, slots=True)
class Span:
    """Away in [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime

    def covers(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent of the department, as the choice sees them."""

    id: UUID
    capacity: int
    open: int
    languages: frozenset[Locale]
    paused: bool = False
    absences: tuple[Span, ...] = ()

    def here(self, now: datetime) -> bool:
        return not self.paused and not any(span.covers(now) for span in self.absences)

    @property
    def room(self) -> bool:
        return self.open < self.capacity


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose ticket it is, whom it must not go to, and who had the last one."""

    locale: Locale
    skill: Skill
    last: UUID | None
    but: frozenset[UUID] = frozenset()


def choose(candidates: Iterable[Candidate], turn: Turn, now: datetime) -> UUID | Reason:
    """The next in turn after the last one who can take it, or why nobody can."""
    agents = [one for one in candidates if one.id not in turn.but]
    if not agents:
        return Reason.NO_AGENTS
    here = [one for one in agents if one.here(now)]
    if not here:
        return Reason.ALL_AWAY
    able = _able(here, turn)
    if not able:
        return Reason.NO_LANGUAGE
    free = [one for one in able if one.room]
    if not free and turn.skill is Skill.PREFER:
        free = [one for one in here if one.room]
    if free:
        return _next(free, turn.last)
    return Reason.SPEAKERS_FULL if any(one.room for one in here) else Reason.ALL_FULL


def _able(here: Sequence[Candidate], turn: Turn) -> Sequence[Candidate]:
    if turn.skill is Skill.OFF:
        return here
    speakers = [one for one in here if turn.locale in one.languages]
    return speakers or (here if turn.skill is Skill.PREFER else [])


def _next(free: Sequence[Candidate], last: UUID | None) -> UUID:
    ordered = sorted(one.id for one in free)
    return next((one for one in ordered if last is not None and one > last), ordered[0])


def servable(candidates: Iterable[Candidate], skill: Skill, now: datetime) -> frozenset[Locale]:
    """Languages in which somebody can take a ticket now: only such tickets are worth a look."""
    free = [one for one in candidates if one.here(now) and one.room]
    if skill is Skill.REQUIRE:
        return frozenset[Locale]().union(*(one.languages for one in free))
    return frozenset(Locale) if free else frozenset()


def loaded(candidates: Sequence[Candidate], chosen: UUID) -> list[Candidate]:
    """The same people after one of them took a ticket."""
    return [replace(one, open=one.open + 1) if one.id == chosen else one for one in candidates]


def may_lead(viewer: Viewer, roles: frozenset[str], departments: frozenset[UUID]) -> bool:
    """Leaders set what those of their departments take, the house's leaders what anybody does."""
    if not _HOUSE.isdisjoint(roles):
        return True
    return not _LEADERS.isdisjoint(roles) and not departments.isdisjoint(viewer.department_ids)


def may_rule(viewer: Viewer, roles: frozenset[str], department_id: UUID) -> bool:
    """How a department gives out its tickets is its manager's to say, or the house's."""
    managed = Role.MANAGER in roles and department_id in viewer.department_ids
    return managed or not _HOUSE.isdisjoint(roles)


def may_look(viewer: Viewer, departments: frozenset[UUID]) -> bool:
    """Colleagues of a department see its rules and who has room."""
    return viewer.reach is Reach.ALL or not departments.isdisjoint(viewer.department_ids)
