"""Short words for rules and the terms they come from."""

from typing import Any
from uuid import UUID

from services.sla.domain.clock import Target
from services.sla.domain.fold import Happening, Reading, Rules, fold
from services.sla.domain.terms import Terms, version_of
from services.sla.domain.words import Kind
from shared.vocabulary import Metric
from shared.worktime import ALWAYS_OPEN, SECOND, Compiled, Micros, Timeline
from tests.services.sla.test_sla_domain_properties import START

EVER = Compiled(ALWAYS_OPEN)
HOUR = 3600 * SECOND
CALENDAR = UUID(int=9)


def terms(policy: int, version: int = 1) -> Terms:
    return Terms(UUID(int=policy), version, CALENDAR)


def rules_of(
    hours: float = 4, timeline: Timeline = EVER, key: Terms | None = None, **more: Any
) -> Rules:
    """One resolution target for P1, twice as much for P2, none for P3."""
    seconds = int(hours * 3600)
    targets = {
        "P1": {Metric.RESOLUTION: Target(timeline, seconds)},
        "P2": {Metric.RESOLUTION: Target(timeline, 2 * seconds)},
    }
    settled: dict[str, Any] = {
        "pause_statuses": frozenset({"waiting_customer"}),
        "pause_metrics": frozenset({"resolution"}),
        "stop_statuses": frozenset({"resolved", "closed"}),
        **more,
    }
    return Rules(targets, timeline, key=key.key if key else "", **settled)


def opened(priority: str = "P1") -> Happening:
    return Happening(START, Kind.CREATED, priority, "new")


def step(hours: float, kind: Kind, value: str = "", ordinal: int = 0, part: int = 0) -> Happening:
    return Happening(START + int(hours * HOUR), kind, value, ordinal=ordinal, part=part)


def moves(hours: float, to: Terms, found: Terms, ordinal: int, part: int = 1) -> Happening:
    """Other terms from then on."""
    at = START + int(hours * HOUR)
    return Happening(at, Kind.TERMS, to.key, found.key, ordinal=ordinal, part=part)


def upgrades(hours: float, to: Terms, found: Terms, ordinal: int, part: int = 1) -> Happening:
    """The policy's tickets move onto a version."""
    at, value = START + int(hours * HOUR), version_of(to.policy_id, to.version)
    return Happening(at, Kind.VERSION, value, found.key, ordinal=ordinal, part=part)


def resolution(rules: Rules, story: list[Happening], hours: float, *others: Rules) -> Reading:
    held = {one.key: one for one in (rules, *others)}
    return fold(rules, story, START + int(hours * HOUR), held)[Metric.RESOLUTION]


def hours(at: Micros | None) -> float | None:
    return None if at is None else (at - START) / HOUR
