"""An independent reading of sla.md 5 and decisions.md 23, which shares nothing with the product.

No deadline is ever computed: clocks are stopwatches walked from event to event, and a target is
used up when the stopwatch says so. Policies and events are the plain JSON of a simulation.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.services.sla.oracle_desk import Beyond, Desk, Piece, stamp

__all__ = ["Beyond", "Desk", "Story", "Watch", "stamp"]

Data = dict[str, Any]
ENDED = ("merged", "spam")


@dataclass
class Watch:
    """A stopwatch with a target; `pieces` is every stretch in which it ticked."""

    start: int
    target: int | None
    mode: str
    pieces: list[Piece] = field(default_factory=list)
    ran_until: int = 0
    breached: bool = False
    kept_due: int | None = None
    states: dict[str, int] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.mode in {"answered", "cancelled"}

    @property
    def counted(self) -> int:
        return sum(b - a for a, b in self.pieces)

    def used_up(self) -> int | None:
        """When the stopwatch reached the target, if it has."""
        if self.target is None:
            return None
        left = self.target
        for a, b in self.pieces:
            if left <= b - a:
                return a + left
            left -= b - a
        return None


class Story:
    """The three clocks of an imagined ticket, walked from event to event up to `as_of`."""

    def __init__(self, desk: Desk, policy: Data, events: list[Data], as_of: int) -> None:
        self.desk, self.policy, self.now = desk, policy, 0
        self.priority = self.status = ""
        self.paused = self.spoken = False
        self.first: Watch | None = None
        self.resolution: Watch | None = None
        self.exchanges: list[Watch] = []
        self.first_at: int | None = None
        self.stopped_at: int | None = None
        self.answered_at: int | None = None
        numbered = sorted(enumerate(events), key=lambda one: (stamp(one[1]["at"]), one[0]))
        for _, event in numbered:
            if stamp(event["at"]) <= as_of:
                self._walk_to(stamp(event["at"]))
                self._hear(event)
        self._walk_to(as_of)

    def answer(self) -> Data:
        waiting = self._waiting()
        worst = max((watch.counted for watch in self.exchanges), default=0)
        nothing = {"due": None, "at": self.answered_at, "elapsed": 0, "running": False}
        following = self._show(waiting, None) if waiting else nothing
        missed = any(watch.breached for watch in self.exchanges)
        return {
            "first_response": self._show(self.first, self.first_at),
            "next_response": {**following, "breached": missed, "worst": worst},
            "resolution": self._show(self.resolution, self.stopped_at),
        }

    def _show(self, watch: Watch | None, at: int | None) -> Data:
        if watch is None:
            return {"due": None, "at": None, "elapsed": 0, "running": False, "breached": False}
        return {
            "due": self._due(watch),
            "at": at,
            "elapsed": watch.counted,
            "running": watch.mode == "running",
            "breached": watch.breached,
        }

    def _due(self, watch: Watch) -> int | str | None:
        """When the target is or was used up; null while that is open (decisions.md 23)."""
        if watch.target is None or watch.mode == "cancelled":
            return None
        if watch.mode == "answered":
            return watch.kept_due
        used = watch.used_up()
        if used is None and watch.mode == "running":
            try:
                return self.desk.after(self.now, watch.target - watch.counted)
            except Beyond:
                return "beyond"
        return used

    def _walk_to(self, until: int) -> None:
        start, self.now = self.now, until
        for watch in self._watches():
            if start < until:
                self._tick(watch, start, until)
            used = watch.used_up()
            if watch.mode == "running" and used is not None and until > used:
                watch.breached = True

    def _tick(self, watch: Watch, start: int, until: int) -> None:
        counted = list(self.desk.pieces(start, until))
        seconds = sum(b - a for a, b in counted)
        if watch.mode == "running":
            watch.pieces += counted
            watch.ran_until = until
        state = {"running": "counted", "paused": "paused"}.get(watch.mode, "stopped")
        watch.states[state] = watch.states.get(state, 0) + seconds
        watch.states["closed"] = watch.states.get("closed", 0) + until - start - seconds

    def _watches(self) -> list[Watch]:
        return [w for w in (self.first, self.resolution, *self.exchanges) if w]

    def _open(self) -> list[tuple[str, Watch]]:
        named = [("first_response", self.first), ("resolution", self.resolution)]
        named.append(("next_response", self._waiting()))
        return [(metric, watch) for metric, watch in named if watch and not watch.over]

    def _waiting(self) -> Watch | None:
        return self.exchanges[-1] if self.exchanges and not self.exchanges[-1].over else None

    def _target(self, metric: str) -> int | None:
        found: int | None = self.policy["targets"].get(self.priority, {}).get(metric)
        return found

    def _mode(self, metric: str) -> str:
        """Stop beats pause beats run; merged and spam end everything (5.5)."""
        if self.status in ENDED:
            return "cancelled"
        heard = {"first_response": True, "next_response": self.spoken, "resolution": False}
        if self.status in self.policy.get("stop_statuses", []) and not heard[metric]:
            return "stopped"
        paused = self.paused and metric in self.policy.get("pause_metrics", [])
        return "paused" if paused else "running"

    def _begin(self, metric: str) -> Watch:
        return Watch(self.now, self._target(metric), self._mode(metric), ran_until=self.now)

    def _follow(self) -> None:
        for metric, watch in self._open():
            was, watch.mode = watch.mode, self._mode(metric)
            goes_on = was == "stopped" and watch.mode in {"running", "paused"}
            if metric == "next_response" and goes_on:
                self._retarget(metric, watch)

    def _finish(self, watch: Watch, mode: str) -> None:
        due = self._due(watch)
        watch.kept_due = due if isinstance(due, int) else None
        watch.mode = mode

    def _hear(self, event: Data) -> None:
        kind = event["type"]
        if kind == "created":
            self._created(event)
        elif self.first is not None:
            getattr(self, f"_{kind}", lambda _: None)(event)

    def _created(self, event: Data) -> None:
        if self.first is not None:
            return
        self.priority, self.status = event.get("priority") or "", event.get("status") or ""
        self.paused = self.status in self.policy.get("pause_statuses", [])
        self.first, self.resolution = self._begin("first_response"), self._begin("resolution")
        if self.resolution.mode == "stopped":
            self.stopped_at = self.now

    def _agent_reply(self, event: Data) -> None:
        if not event.get("public", True):
            return
        self._answer_first()
        waiting = self._waiting()
        if waiting:
            self._finish(waiting, "answered")
            self.answered_at = self.now

    def _answer_first(self) -> None:
        if self.first and not self.first.over:
            self._finish(self.first, "answered")
            self.first_at = self.now

    def _customer_reply(self, _: Data) -> None:
        self.paused, self.spoken = False, True
        self._follow()
        if self.status in ENDED:
            return
        waiting = self._waiting()
        if self.policy.get("next_response_starts") == "every_customer_message":
            if waiting:
                self._finish(waiting, "cancelled")
        elif waiting or self.first_at is None:
            return
        self.exchanges.append(self._begin("next_response"))

    def _status(self, event: Data) -> None:
        self.status, self.spoken = event.get("to") or "", False
        self.paused = self.status in self.policy.get("pause_statuses", [])
        stops = self.status in self.policy.get("stop_statuses", [])
        if stops and self.policy.get("resolve_counts_as_first_response"):
            self._answer_first()
        if stops and self.stopped_at is None:
            self.stopped_at = self.now
        elif not stops and self.stopped_at is not None:
            self.stopped_at = None
            self._retarget("resolution", self.resolution)
        self._follow()

    def _priority(self, event: Data) -> None:
        self.priority = event.get("to") or ""
        for metric, watch in self._open():
            if watch.mode != "stopped":
                self._retarget(metric, watch)

    def _retarget(self, metric: str, watch: Watch | None) -> None:
        """Keep what is counted, swap the target; past already means broken now (5.8)."""
        if watch is None or watch.over or watch.target == self._target(metric):
            return
        watch.target = self._target(metric)
        used = watch.used_up()
        if used is not None and used < watch.ran_until:
            watch.breached = True
