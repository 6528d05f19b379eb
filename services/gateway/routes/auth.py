"""Logging in and out, the keys that verify tokens, and who asks."""

import base64
import binascii
from typing import Annotated, Any, Final

from fastapi import Form, Request, Response

from services.gateway.problems import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    LoginThrottled,
    PasswordRefused,
    UnsupportedGrantType,
)
from services.gateway.routes.policies import AnyCaller
from services.gateway.schemas.auth import PasswordIn, TokenForm, TokenOut
from services.gateway.schemas.people import MeOut
from services.gateway.usecases import clients, logins, renewals, users
from services.gateway.usecases.signing import ring_of
from services.gateway.usecases.tokens import Tokens
from shared.kit import http
from shared.kit.http import InContext, InTx, client_address, public
from shared.kit.problems import Forbidden, problems

router = http.router(tags=["auth"])
_ANYBODY: Final = public("whoever logs in has no token yet")
_VERIFIERS: Final = public("public keys verify, they open nothing")


@router.post(
    "/v1/auth/token",
    summary="Log in, renew a login, or log a program in",
    response_model=TokenOut,
    response_model_exclude_none=True,
    responses=problems(
        InvalidRequest,
        InvalidGrant,
        InvalidClient,
        InvalidScope,
        UnsupportedGrantType,
        LoginThrottled,
        PasswordRefused,
    ),
    dependencies=[_ANYBODY],
)
async def token(
    form: Annotated[TokenForm, Form()],
    request: Request,
    response: Response,
    context: InContext,
) -> object:
    """OAuth 2: `grant_type` password, refresh_token or client_credentials."""
    response.headers["cache-control"] = "no-store"
    match form.grant_type:
        case "password" if form.username and form.password:
            place = client_address(request)
            tried = logins.attempt(context, form.username, form.password, place)
            tokens = await logins.log_in(context, tried)
        case "refresh_token" if form.refresh_token:
            tokens = await renewals.renew(context, form.refresh_token)
        case "client_credentials":
            tokens = await _client(request, form, context)
        case "password" | "refresh_token" | None:
            raise InvalidRequest
        case _:
            raise UnsupportedGrantType
    return TokenOut.of(tokens)


@router.post("/v1/auth/logout", summary="End this session", status_code=204)
async def logout(caller: AnyCaller, context: InContext) -> None:
    """The session's refresh token dies at once, its access tokens within seconds."""
    await renewals.log_out(context, caller)


@router.get(
    "/.well-known/jwks.json", summary="The public keys of our tokens", dependencies=[_VERIFIERS]
)
async def jwks(context: InContext, response: Response) -> dict[str, Any]:
    """The next key is here long before it signs, a retired one until its last token is dead."""
    response.headers["cache-control"] = "public, max-age=60"
    return ring_of(context).document()


@router.get("/v1/me", summary="Who asks", response_model=MeOut)
async def me(caller: AnyCaller, tx: InTx) -> object:
    """The caller as the desk knows them now, and what they may do."""
    if caller.kind == "client":
        client = await clients.read(tx, caller)
        return MeOut(
            id=client.id,
            kind="client",
            scopes=sorted(caller.scopes),
            roles=[],
            organization_id=client.organization_id,
            department_ids=[],
            locale=caller.locale,
            name=client.name,
        )
    user = await users.read(tx, caller, caller.id)
    return MeOut(
        id=caller.id,
        kind="user",
        scopes=sorted(caller.scopes),
        roles=sorted(user.person.roles),
        organization_id=user.person.organization_id,
        department_ids=sorted(user.person.department_ids),
        locale=user.person.locale,
        name=user.name,
        email=user.email,
    )


@router.put(
    "/v1/me/password",
    summary="Choose another password",
    status_code=204,
    responses=problems(InvalidGrant, PasswordRefused, LoginThrottled),
)
async def change_password(
    body: PasswordIn, request: Request, caller: AnyCaller, context: InContext
) -> None:
    """Ends every session of the caller, this one too: log in again."""
    if caller.kind != "user":
        raise Forbidden
    current, wanted = body.current.get_secret_value(), body.password.get_secret_value()
    place = client_address(request)
    await users.change_own_password(context, caller, current, wanted, place)


async def _client(request: Request, form: TokenForm, context: InContext) -> Tokens:
    client_id, secret = _basic(request) or (form.client_id, form.client_secret)
    if not client_id or not secret:
        raise InvalidClient
    return await clients.log_in(context, client_id, secret, form.scope)


def _basic(request: Request) -> tuple[str, str] | None:
    """Credentials of RFC 7617, which OAuth prefers to fields of the form."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        plain = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidClient from error
    client_id, _, secret = plain.partition(":")
    return client_id, secret
