"""The promises of a ticket as sla tells of them: a fold of its facts into what people are shown."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.tickets.domain.listing import SlaState
from shared.vocabulary import Metric

Clocks = Mapping[str, Mapping[str, Any]]

PENDING: Final = "pending"
"""The answer before sla has spoken (decisions.md 21)."""

PROMISED: Final = "promised"
"""Where the first promise is kept beside the clocks, for the timeline."""

OUTSIDE: Final = "outside"
"""Where stands what customers are told of the clocks of a ticket that was set aside as spam."""

_OVER: Final = frozenset({"met", "stopped", "cancelled", "none"})
_PLAIN: Final = ("due_at", "met_at", "breached_at", "state")


def told(old: Clocks, clocks: Iterable[Mapping[str, Any]]) -> Clocks:
    """All clocks anew; an excuse and the first promise outlive what sla repeats."""
    anew = {clock["metric"]: {**clock, **_kept(old.get(clock["metric"], {}))} for clock in clocks}
    return {**anew, PROMISED: old[PROMISED]} if PROMISED in old else anew


def told_outside(clocks: Clocks, outside: Iterable[Mapping[str, Any]] | None) -> Clocks:
    """With what customers are told instead, where that is something else."""
    if outside is None:
        return clocks
    said = {one["metric"]: {**one, **_kept(clocks.get(one["metric"], {}))} for one in outside}
    return {**clocks, OUTSIDE: said}


def as_outside(clocks: Clocks | None) -> Clocks | None:
    """The clocks as customers are told of them."""
    return {**clocks, **clocks.get(OUTSIDE, {})} if clocks is not None else None


def first_told(clocks: Iterable[Mapping[str, Any]], at: str) -> Clocks:
    """The clocks as they began, and what was promised then."""
    anew = told({}, clocks)
    dues = {f"{name}_due_at": clock["due_at"] for name, clock in anew.items() if clock["due_at"]}
    return {**anew, PROMISED: {"at": at, **dues}}


def marked(old: Clocks, metric: Metric, **marks: Any) -> Clocks:
    """One clock with some of its marks changed."""
    return {**old, metric: {**old.get(metric, {"metric": metric}), **marks}}


def overall(clocks: Clocks) -> SlaState:
    """The worst state among the clocks; what is kept no longer warns."""
    if any(clock.get("breached_at") for clock in clocks.values()):
        return SlaState.BREACHED
    if any(clock.get("warned_at") and clock.get("state") not in _OVER for clock in clocks.values()):
        return SlaState.WARNING
    return SlaState.OK


def shown(clocks: Clocks | None, next_due_at: Any) -> dict[str, Any]:
    """The `sla` member of the ticket object (contracts.md)."""
    return {
        **{metric.value: _shown(metric, clocks) for metric in Metric},
        "next_due_at": next_due_at,
    }


def _shown(metric: Metric, clocks: Clocks | None) -> dict[str, Any]:
    if clocks is None:
        clock: Mapping[str, Any] = {"state": PENDING}
    else:
        clock = clocks.get(metric) or {"state": "none"}
    answer = {name: clock.get(name) for name in _PLAIN}
    if clock.get("excused"):
        answer["excused"] = True
    if metric is Metric.RESOLUTION:
        answer["paused"] = clock.get("state") == "paused"
    return answer


def _kept(clock: Mapping[str, Any]) -> dict[str, Any]:
    return {"excused": True} if clock.get("excused") else {}
