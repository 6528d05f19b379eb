"""What services write their HTTP doors with; routes import all of it from here."""

from collections.abc import Awaitable, Callable, Coroutine
from inspect import iscoroutinefunction
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from typing_extensions import override

from shared.kit.answers import dumps, json
from shared.kit.asking import Questions, asks_also
from shared.kit.auth import Door, internal, policy_of, public, require, signed_in
from shared.kit.context import Context
from shared.kit.cursors import (
    cursor_foreign,
    decode_cursor,
    decode_place,
    encode_cursor,
    page,
    page_response,
)
from shared.kit.door import TX, Entrance, Passage, Repeats
from shared.kit.etags import if_match, set_etag
from shared.kit.idempotency import IDEMPOTENCY_CTE, Repeat
from shared.kit.incoming import BODY_LIMIT
from shared.kit.kinds import is_form, json_only
from shared.kit.lanes import REPEAT, lane_of
from shared.kit.problem import problems
from shared.kit.problems import (
    Forbidden,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    ValidationFailed,
)
from shared.kit.tx import Tx
from shared.kit.visit import address_of, visit_of
from shared.vocabulary import Locale

__all__ = [
    "IDEMPOTENCY_CTE",
    "DoorRoute",
    "Entrance",
    "InContext",
    "InRepeat",
    "InTx",
    "asks_also",
    "client_address",
    "cursor_foreign",
    "decode_cursor",
    "decode_place",
    "dumps",
    "encode_cursor",
    "if_match",
    "internal",
    "is_form",
    "json",
    "language",
    "page",
    "page_response",
    "public",
    "require",
    "router",
    "set_etag",
    "signed_in",
]


async def _tx(request: Request) -> Tx:
    tx: Tx = request.scope[TX]
    return tx


async def _context(request: Request) -> Context:
    entrance: Entrance = request.app.state.entrance
    return entrance.context


async def _repeat(request: Request) -> Repeat:
    repeat: Repeat = request.scope[REPEAT]
    return repeat


InTx = Annotated[Tx, Depends(_tx)]
InContext = Annotated[Context, Depends(_context)]
InRepeat = Annotated[Repeat, Depends(_repeat)]
"""For a route that folds its idempotency row into its one statement (`IDEMPOTENCY_CTE`)."""


_Giver = Callable[[Request], Awaitable[Any]]


class DoorRoute(APIRoute):
    """A route that is one transaction and has exactly one policy.

    A route that takes `InContext` and neither `InTx` nor `InRepeat` opens its own transactions;
    no answer of it is ever kept under an idempotency key.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        max_body_size: int | None = None,
        **options: Any,
    ) -> None:
        self.body_limit = max_body_size or BODY_LIMIT
        super().__init__(path, endpoint, **options)

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        self.policy = policy_of(self.dependant, self.path)
        self.repeats: Repeats = "never"
        if _uses(self.dependant, _repeat):
            self.repeats = "folded"
        elif _uses(self.dependant, _tx):
            self.repeats = "claimed"
        open_ = self.policy.kind == "public"
        asked = Questions(self.dependant, open_=open_)
        if iscoroutinefunction(self.endpoint):
            _hand_over(self.dependant)
        handler = super().get_route_handler()
        if self.body_field is not None and not isinstance(self.body_field.field_info, Form):
            handler = json_only(handler)
        lane = lane_of(self.dependant)
        return Passage(handler, self.policy, self.body_limit, self.repeats, asked, lane).serve


def router(prefix: str = "", tags: list[str] | None = None, **options: Any) -> APIRouter:
    """A router whose routes are doors; failures that any of them may answer are declared."""
    common = problems(Unauthorized, Forbidden, ValidationFailed, TooManyRequests, Unavailable)
    return APIRouter(
        prefix=prefix,
        tags=[*(tags or [])],
        route_class=DoorRoute,
        responses=common | options.pop("responses", {}),
        generate_unique_id_function=_operation_id,
        **options,
    )


def _operation_id(route: APIRoute) -> str:
    """`things_reopen`: the tag keeps names apart when the services' documents are merged."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


def language(request: Request) -> Locale:
    """The language to answer in: `Accept-Language`, else the caller's, else Arabic."""
    return visit_of(request.scope).locale


def client_address(request: Request) -> str:
    """The network address that asks, as our own edge names it."""
    return address_of(request.scope)


def _hand_over(dependant: Dependant) -> None:
    """Give a route what the door already holds, past FastAPI's solver: a sixth of a request."""
    ours = [one for one in dependant.dependencies if one.name and _is_ours(one.call)]
    if not ours:
        return
    call = cast("Callable[..., Awaitable[Any]]", dependant.call)
    givers = [(cast("str", one.name), cast("_Giver", one.call)) for one in ours]
    asked = dependant.request_param_name
    name = asked or "_request"

    async def handed(**values: Any) -> Any:
        request = values[name] if asked else values.pop(name)
        for parameter, giver in givers:
            values[parameter] = await giver(request)
        return await call(**values)

    dependant.dependencies = [one for one in dependant.dependencies if one not in ours]
    dependant.request_param_name = name
    dependant.call = handed


def _is_ours(call: Callable[..., Any] | None) -> bool:
    return isinstance(call, Door) or call in {_tx, _context, _repeat}


def _uses(dependant: Dependant, call: Callable[..., Any]) -> bool:
    return any(one.call is call or _uses(one, call) for one in dependant.dependencies)
