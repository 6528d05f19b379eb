"""Compiled calendars and read policies, kept by the process: versions never change."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from services.sla.domain.naming import names_of
from services.sla.domain.policy import ALWAYS_OPEN_KEY, Policy, read_policy
from services.sla.domain.promises import rules
from services.sla.domain.rules import Rules
from services.sla.domain.terms import Terms
from services.sla.domain.words import ContractKind
from services.sla.store import rules as store
from shared.kit.database import Database
from shared.kit.tx import Tx
from shared.vocabulary import COMPANY_CALENDAR, Localized
from shared.worktime import ALWAYS_OPEN, Compiled, Micros, Spliced, Timeline, micros, read_calendar

Parts = list[tuple[Micros, Timeline]]
"""Versions in force one after another, each from an instant on."""

Known = tuple[int, UUID, int, Micros]
"""A version as it is in force: its revision, calendar, number, and from when on."""

_books: WeakKeyDictionary[Database, "Rulebook"] = WeakKeyDictionary()
_PINNED = 4096
_PAST = 64


class Rulebook:
    """What one database says about promises, ready to count with."""

    def __init__(self) -> None:
        self._revision = -1
        self._compiled: dict[tuple[UUID, int], Compiled] = {}
        self._policies: dict[tuple[UUID, int, ContractKind | None], Policy] = {}
        self._rules: dict[Terms, Rules] = {}
        self.calendars: dict[str, Timeline] = {ALWAYS_OPEN_KEY: Compiled(ALWAYS_OPEN)}
        self.versions: dict[str, int] = {}
        self.names: dict[str, dict[tuple[str, str], Localized]] = {}
        self.since: dict[str, list[tuple[Micros, int]]] = {}
        self._parts: dict[UUID, Parts] = {}
        self._known: list[Known] = []
        self._past: dict[int, Rulebook] = {}

    async def refresh(self, tx: Tx, revision: int) -> None:
        """Read the calendars again when a version was added since."""
        if revision == self._revision:
            return
        known: list[Known] = []
        for row in await store.calendar_versions(tx):
            self._compile(row["calendar_id"], row["version"], row["document"])
            since = micros(row["effective_from"])
            known.append((row["revision"], row["calendar_id"], row["version"], since))
        self._take(known)
        self._rules.clear()
        self._past.clear()
        self._revision = revision

    def as_of(self, revision: int) -> "Rulebook":
        """The book as it was: what ended is judged by the calendars that it ended under."""
        newest = max((one[0] for one in self._known if one[0] <= revision), default=0)
        if newest == max((one[0] for one in self._known), default=0):
            return self
        if newest not in self._past:
            _bound(self._past, _PAST)
            self._past[newest] = self._until(newest)
        return self._past[newest]

    def _until(self, revision: int) -> "Rulebook":
        """Calendars that were made later are in it too: terms may have come that name them."""
        book = Rulebook()
        book._revision, book._policies, book._compiled = revision, self._policies, self._compiled
        book.calendars, book.versions = dict(self.calendars), dict(self.versions)
        book._take([one for one in self._known if one[0] <= revision])
        book.names = self.names
        return book

    def _take(self, known: list[Known]) -> None:
        versions: dict[UUID, Parts] = {}
        self.since = {}
        for _, calendar_id, version, since in known:
            parts = supersede(versions.get(calendar_id, []), since)
            versions[calendar_id] = [*parts, (since, self._compiled[calendar_id, version])]
            self.versions[str(calendar_id)] = version
            self.since.setdefault(str(calendar_id), []).append((since, version))
        for calendar_id, timelines in versions.items():
            self.calendars[str(calendar_id)] = spliced(timelines)
        self._parts, self._known = versions, known

    def drafted(self, calendar_id: UUID, since: Micros, timeline: Timeline) -> "Rulebook":
        """The same book as if a calendar had one version more."""
        parts = [*supersede(self._parts[calendar_id], since), (since, timeline)]
        return self.with_calendars({str(calendar_id): spliced(parts)})

    def with_calendars(self, calendars: Mapping[str, Timeline]) -> "Rulebook":
        """The same book with other calendars in the place of some; the original stays."""
        book = Rulebook()
        book._revision, book._policies = self._revision, self._policies
        book.calendars = {**self.calendars, **calendars}
        book.versions, book.names, book.since = self.versions, self.names, self.since
        return book

    async def policy(
        self, tx: Tx, policy_id: UUID, version: int, kind: ContractKind | None = None
    ) -> Policy:
        """A policy version as it counts under a kind of contract."""
        key = (policy_id, version, kind)
        found = self._policies.get(key)
        if found is None:
            found = read_policy(await store.policy_document(tx, policy_id, version), kind)
            _bound(self._policies)
            self._policies[key] = found
        return found

    async def rules(self, tx: Tx, terms: Terms) -> Rules:
        """A policy version on its calendars; the terms' calendar serves where it names none."""
        found = self._rules.get(terms)
        if found is None:
            policy = await self.policy(tx, terms.policy_id, terms.version, terms.kind)
            _bound(self._rules)
            fallback = str(terms.calendar_id)
            found = self._rules[terms] = rules(policy, self.calendars, fallback, terms.key)
        return found

    def version_at(self, calendar: str, at: Micros) -> int | None:
        """Which version of a calendar is in force at an instant."""
        known = self.since.get(calendar, [])
        past = [version for since, version in known if since <= at]
        return max(past) if past else min(known, default=(0, None))[1]

    @property
    def company_zone(self) -> str:
        """Where the company's own calendar stands."""
        return self.calendars[str(COMPANY_CALENDAR)].timezone

    def named(self, timeline: Timeline) -> str | None:
        """The calendar behind a timeline."""
        return next((key for key, one in self.calendars.items() if one is timeline), None)

    def _compile(self, calendar_id: UUID, version: int, document: dict[str, Any]) -> Compiled:
        found = self._compiled.get((calendar_id, version))
        if found is None:
            found = Compiled(read_calendar(document))
            self._compiled[(calendar_id, version)] = found
            self.names.setdefault(str(calendar_id), {}).update(names_of(document))
        return found


def spliced(parts: Parts) -> Timeline:
    return parts[0][1] if len(parts) == 1 else Spliced(parts)


def supersede(parts: Iterable[tuple[Micros, Timeline]], since: Micros) -> Parts:
    """Older versions, as far as a version in force from `since` leaves them standing."""
    return [part for part in parts if part[0] < since]


def _bound(kept: dict[Any, Any], most: int = _PINNED) -> None:
    if len(kept) >= most:
        kept.clear()


async def rulebook(tx: Tx, revision: int | None = None) -> Rulebook:
    """The process's book for this database, up to date with `revision` or the newest."""
    book = _books.setdefault(tx.context.database, Rulebook())
    await book.refresh(tx, await store.revision(tx) if revision is None else revision)
    return book
