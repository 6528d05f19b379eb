"""Which trace and request the running code belongs to (W3C traceparent, X-Request-Id)."""

import re
import secrets
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Final

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})\Z")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_.:/+=@-]{1,128}\Z")
_NO_TRACE: Final = "0" * 32


@dataclass(frozen=True, slots=True)
class Trace:
    """One step of a trace; `parent` is what goes to the next step."""

    parent: str
    request_id: str = ""

    @property
    def trace_id(self) -> str:
        return self.parent[3:35]


_current: ContextVar[Trace | None] = ContextVar("sanad_trace", default=None)


def current() -> Trace | None:
    return _current.get()


def traceparent() -> str:
    """The traceparent of the running step; a new one where nothing was begun."""
    trace = _current.get()
    return trace.parent if trace else new().parent


def new(request_id: str = "") -> Trace:
    digits = secrets.token_hex(24)
    return Trace(f"00-{digits[:32]}-{digits[32:]}-01", request_id or digits[:32])


def follow(parent: str, proposed: str = "") -> Trace:
    """The step after `parent`; a new trace when that is not a sound traceparent.

    The caller's own request id is kept when it is short and harmless, else the trace's serves.
    """
    request_id = proposed if _REQUEST_ID.match(proposed) else ""
    match = _TRACEPARENT.match(parent) if parent else None
    if not match or match[1] == _NO_TRACE:
        return new(request_id)
    step = f"00-{match[1]}-{secrets.token_hex(8)}-{match[3]}"
    return Trace(step, request_id or match[1])


def enter(trace: Trace) -> Token[Trace | None]:
    return _current.set(trace)


def leave(token: Token[Trace | None]) -> None:
    _current.reset(token)
