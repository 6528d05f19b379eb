"""Webhook endpoints of partners and what was delivered to them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.notify import usecases
from services.notify.problems import (
    ForeignOrganization,
    TooManyEndpoints,
    UnknownEventType,
    UrlRefused,
)
from services.notify.schemas import (
    DeliveryList,
    DeliveryOut,
    EndpointChange,
    EndpointIn,
    EndpointList,
    EndpointMade,
    EndpointOut,
    ReplayIn,
    ReplayOut,
)
from services.notify.store.endpoints import Endpoint
from shared.kit.callers import Caller
from shared.kit.http import (
    InTx,
    decode_place,
    encode_cursor,
    if_match,
    page,
    require,
    router,
    set_etag,
)
from shared.kit.problems import NotFound, PreconditionFailed, problems

Manager = Annotated[Caller, require("webhooks:manage")]
Limit = Annotated[int, Query(ge=1, le=200)]
_WRONG = (UrlRefused, UnknownEventType)

door = router("/v1/webhooks", tags=["webhooks"])


@door.post(
    "",
    summary="Make an endpoint",
    status_code=201,
    response_model=EndpointMade,
    responses=problems(*_WRONG, ForeignOrganization, TooManyEndpoints),
)
async def make_endpoint(body: EndpointIn, caller: Manager, tx: InTx, response: Response) -> object:
    """The answer shows the secret, once. Types may be patterns: `ticket.*`, `sla.breached`."""
    endpoint = await usecases.make_endpoint(tx, caller, body.model_dump())
    response.headers["location"] = f"/v1/webhooks/{endpoint.id}"
    set_etag(response, str(endpoint.version))
    return {**_shown(endpoint), "secret": endpoint.secret}


@door.get("", summary="The endpoints you manage", response_model=EndpointList)
async def list_endpoints(
    caller: Manager, tx: InTx, limit: Limit = 50, cursor: str | None = None
) -> object:
    found = await usecases.endpoints_of(tx, caller, _place(tx, cursor), limit + 1)
    rows = [_shown(one) for one in found]
    return _page(tx, rows, limit)


@door.get(
    "/{endpoint_id}",
    summary="One endpoint",
    response_model=EndpointOut,
    responses=problems(NotFound),
)
async def read_endpoint(endpoint_id: UUID, caller: Manager, tx: InTx, response: Response) -> object:
    endpoint = await usecases.find(tx, caller, endpoint_id)
    set_etag(response, str(endpoint.version))
    return _shown(endpoint)


@door.patch(
    "/{endpoint_id}",
    summary="Change an endpoint",
    response_model=EndpointOut,
    responses=problems(NotFound, PreconditionFailed, *_WRONG),
)
async def change_endpoint(
    endpoint_id: UUID,
    body: EndpointChange,
    caller: Manager,
    tx: InTx,
    request: Request,
    response: Response,
) -> object:
    """Enabling an endpoint forgets its failures; ask for a replay of what it missed."""
    changes = body.model_dump(exclude_unset=True)
    version = if_match(request)
    endpoint = await usecases.change_endpoint(tx, caller, endpoint_id, changes, version)
    set_etag(response, str(endpoint.version))
    return _shown(endpoint)


@door.delete(
    "/{endpoint_id}", summary="Drop an endpoint", status_code=204, responses=problems(NotFound)
)
async def drop_endpoint(endpoint_id: UUID, caller: Manager, tx: InTx) -> Response:
    await usecases.drop_endpoint(tx, caller, endpoint_id)
    return Response(status_code=204)


@door.post(
    "/{endpoint_id}/rotate-secret",
    summary="Give an endpoint a new secret",
    response_model=EndpointMade,
    responses=problems(NotFound),
)
async def rotate_secret(endpoint_id: UUID, caller: Manager, tx: InTx) -> object:
    """The old secret signs beside the new one for 24 hours."""
    endpoint = await usecases.rotate_secret(tx, caller, endpoint_id)
    return {**_shown(endpoint), "secret": endpoint.secret}


@door.post(
    "/{endpoint_id}/test",
    summary="Send a test event",
    status_code=202,
    response_model=DeliveryOut,
    responses=problems(NotFound),
)
async def send_test(endpoint_id: UUID, caller: Manager, tx: InTx) -> object:
    return await usecases.send_test(tx, caller, endpoint_id)


@door.get(
    "/{endpoint_id}/deliveries",
    summary="What was delivered, and every attempt",
    response_model=DeliveryList,
    responses=problems(NotFound),
)
async def list_deliveries(
    endpoint_id: UUID,
    caller: Manager,
    tx: InTx,
    state: Literal["pending", "delivered", "failed"] | None = None,
    limit: Limit = 50,
    cursor: str | None = None,
) -> object:
    span = (_place(tx, cursor), limit + 1)
    rows = await usecases.webhooks_of(tx, caller, endpoint_id, state, span)
    return _page(tx, rows, limit)


@door.post(
    "/{endpoint_id}/deliveries/{delivery_id}/resend",
    summary="Send one event again",
    status_code=202,
    response_model=DeliveryOut,
    responses=problems(NotFound),
)
async def resend(endpoint_id: UUID, delivery_id: UUID, caller: Manager, tx: InTx) -> object:
    """The same id and body, so that your own check for repeats still works."""
    return await usecases.resend(tx, caller, endpoint_id, delivery_id)


@door.post(
    "/{endpoint_id}/replay",
    summary="Send the events of a span again",
    status_code=202,
    response_model=ReplayOut,
    responses=problems(NotFound, UnknownEventType),
)
async def replay(endpoint_id: UUID, body: ReplayIn, caller: Manager, tx: InTx) -> object:
    span = (body.since, body.until)
    queued = await usecases.replay(tx, caller, endpoint_id, span, body.event_types)
    return {"queued": queued}


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    names = EndpointOut.model_fields.keys() - {"previous_secret_until"}
    shown = {name: getattr(endpoint, name) for name in names}
    return {**shown, "previous_secret_until": endpoint.previous_until}


def _place(tx: InTx, cursor: str | None) -> UUID | None:
    return decode_place(tx.context, cursor) if cursor else None


def _page(tx: InTx, rows: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    more = len(rows) > limit
    following = encode_cursor(tx.context, [str(rows[limit - 1]["id"])]) if more else None
    return page(rows[:limit], following)
