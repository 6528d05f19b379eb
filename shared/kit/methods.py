"""What may be done at an address: HEAD is a GET without its body, a 405 names all there is."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from starlette.routing import BaseRoute, Match
from starlette.types import Message, Scope, Send

_READS: Final = frozenset({"GET", "HEAD"})


def allow(routes: Iterable[BaseRoute], scope: Scope) -> str:
    """The value of `Allow`: the methods of every route that has this address."""
    found = set().union(*_methods(routes, scope))
    return ", ".join(sorted(found | _READS if "GET" in found else found))


def as_read(routes: Iterable[BaseRoute], scope: Scope) -> Scope:
    """A HEAD goes the way of the GET, unless its address has a HEAD of its own (tus)."""
    for methods in _methods(routes, scope):
        if reads := methods & _READS:
            return scope if "HEAD" in reads else {**scope, "method": "GET"}
    return scope


def bodiless(send: Send) -> Send:
    """Ends the answer with its head; what a route goes on to say, or to stream, is dropped."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_head


def _methods(routes: Iterable[BaseRoute], scope: Scope) -> Iterator[set[str]]:
    for route in routes:
        if route.matches(scope)[0] is not Match.NONE:
            methods: Any = getattr(route, "methods", None)
            yield set(methods or ())
