"""API clients: programs of partners."""

from uuid import UUID

from fastapi import Response

from services.gateway.problems import ScopesRefused, UnknownOrganization
from services.gateway.routes.paging import InPage
from services.gateway.routes.policies import MANAGES_CLIENTS, ManagesClients
from services.gateway.schemas.auth import ClientIn, ClientMadeOut, ClientOut, ClientPage
from services.gateway.usecases import clients
from shared.kit import http
from shared.kit.http import InTx
from shared.kit.problems import NotFound, problems

router = http.router(prefix="/v1/api-clients", tags=["api-clients"])


@router.post(
    "",
    summary="Add an API client",
    status_code=201,
    response_model=ClientMadeOut,
    responses=problems(ScopesRefused, UnknownOrganization),
)
async def create(body: ClientIn, caller: ManagesClients, tx: InTx, response: Response) -> object:
    """The secret is shown this once."""
    client, secret = await clients.create(tx, caller, body.wish())
    response.headers["location"] = f"/v1/api-clients/{client.id}"
    response.headers["cache-control"] = "no-store"
    return ClientMadeOut.of(client, client_secret=secret)


@router.get(
    "", summary="All API clients", response_model=ClientPage, dependencies=[MANAGES_CLIENTS]
)
async def list_clients(tx: InTx, page: InPage) -> Response:
    rows = await clients.listed(tx, page.after, page.fetch)
    return page.answer(rows, ClientOut.of, lambda client: client.id)


@router.get(
    "/{client_id}",
    summary="An API client",
    response_model=ClientOut,
    responses=problems(NotFound),
    dependencies=[MANAGES_CLIENTS],
)
async def read(client_id: UUID, tx: InTx) -> object:
    return ClientOut.of(await clients.found(tx, client_id))


@router.delete(
    "/{client_id}",
    summary="Revoke an API client",
    status_code=204,
    responses=problems(NotFound),
    dependencies=[MANAGES_CLIENTS],
)
async def revoke(client_id: UUID, tx: InTx) -> None:
    """Its tokens are refused within five seconds."""
    await clients.revoke(tx, client_id)
