"""A small service that uses every part of the HTTP kit, and the tokens to knock at its doors."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.http import (
    IDEMPOTENCY_CTE,
    InContext,
    InRepeat,
    InTx,
    client_address,
    decode_cursor,
    encode_cursor,
    if_match,
    internal,
    json,
    language,
    page_response,
    public,
    require,
    router,
    set_etag,
    signed_in,
)
from shared.kit.jwt import SigningKey, generate_pem, sign, signing_key
from shared.kit.model import Body, Instant, Line, Out, Prose
from shared.kit.problems import IllegalTransition, PreconditionFailed
from shared.kit.service import Service
from shared.kit.settings import Settings
from shared.vocabulary import RESERVED_ORGANIZATION

SCHEMA = "sla"
ORGANIZATION = uuid4()


@cache
def desk_key() -> SigningKey:
    return signing_key("desk-1", generate_pem())


class NoteIn(Body):
    title: Annotated[str, Line(80)]
    text: Annotated[str, Prose(1000)] = "-"
    count: int = 0
    ratio: float = 0.0
    at: Instant | None = None
    custom: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies it for each body


class NoteOut(Out):
    title: str
    text: str
    count: int
    custom: dict[str, Any]


routes = router("/v1/notes", tags=["notes"])
peers = router("/internal/notes", tags=["notes"])
CanRead = Annotated[Caller, require("notes:read")]
CanWrite = Annotated[Caller, require("notes:write")]
CanManage = Annotated[Caller, require("notes:write", "supervisor", "admin")]
Nobody = Annotated[Caller, public("a form on the web site")]
Anybody = Annotated[Caller, signed_in()]
Peer = Annotated[Caller, internal("notify")]


async def add_one(tx: Any, subject: str) -> int:
    """A visible effect: each call counts one more."""
    last: int = await tx.scalar(
        f"insert into {SCHEMA}.subject_sequence as s (subject, last) values (:subject, 1)"
        " on conflict (subject) do update set last = s.last + 1 returning last",
        {"subject": subject},
    )
    return last


@routes.post("", status_code=201, response_model=NoteOut)
async def write(body: NoteIn, caller: CanWrite, tx: InTx, response: Response) -> object:
    await add_one(tx, body.title)
    set_etag(response, "1.0.0")
    response.headers["Location"] = f"/v1/notes/{body.title}"
    return body


@routes.post("/raw")
async def write_raw(body: dict[str, Any], caller: CanWrite, tx: InTx) -> object:
    await tx.execute("select cast(:v as text)", {"v": next(iter(body.values()))})
    return {}


@routes.get("/count")
async def count(caller: CanRead, tx: InTx, subject: str, most: int = 50) -> object:
    found = await tx.scalar(
        f"select last from {SCHEMA}.subject_sequence where subject = :subject limit :most",
        {"subject": subject, "most": most},
    )
    return {"count": found or 0}


@routes.post("/moves/{kind}")
async def move(kind: str, caller: CanWrite, tx: InTx) -> object:
    await add_one(tx, f"move-{kind}")
    if kind == "illegal":
        raise IllegalTransition(legal=["open", "close"])
    if kind == "broken":
        raise RuntimeError("secret detail of a customer")
    if kind == "refused":
        return json({"no": True}, status=409)
    return {"done": True}


@routes.post("/fast", status_code=201)
async def fast(body: NoteIn, caller: CanWrite, tx: InTx, repeat: InRepeat) -> Response:
    answer = json({"title": body.title}, status=201)
    statement = f"""with {IDEMPOTENCY_CTE(SCHEMA)}
        insert into {SCHEMA}.subject_sequence as s (subject, last) values (:subject, 1)
        on conflict (subject) do update set last = s.last + 1 returning last"""
    await tx.only(statement, {"subject": body.title, **await repeat.params(answer, tx)})
    return answer


@routes.patch("/{note_id}")
async def change(note_id: UUID, caller: CanManage, tx: InTx, request: Request) -> object:
    versions = if_match(request)
    if versions is not None and 3 not in versions:
        raise PreconditionFailed
    return {"language": language(request)}


@routes.get("/{note_id}/one")
async def read(note_id: UUID, caller: CanRead, tx: InTx) -> Response:
    answer = json({"id": note_id})
    set_etag(answer, "3.1.0")
    return answer


@routes.get("")
async def listing(
    request: Request,
    caller: CanRead,
    context: InContext,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    start = decode_cursor(context, cursor)[0] if cursor else 0
    following = encode_cursor(context, [start + limit, datetime.now(UTC), RESERVED_ORGANIZATION])
    return page_response(request, list(range(start, start + limit)), following)


@routes.get("/stream")
async def stream(caller: CanRead, context: InContext) -> Response:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b": still here\n\n"
            await asyncio.sleep(0.01)

    return StreamingResponse(endless(), media_type="text/event-stream")


@routes.post("/form")
async def form(caller: Nobody, tx: InTx, request: Request) -> object:
    return {"seat": caller.seat, "address": client_address(request)}


@routes.post("/own", status_code=201)
async def own(caller: Anybody, context: InContext) -> object:
    async with context.tx() as tx:
        count = await add_one(tx, "own")
    return {"count": count}


MEETING: dict[str, asyncio.Event] = {}
"""Who has taken their first row; the other one waits for it once."""
UNLUCKY: dict[str, int] = {}
"""How often a name still gives way, and how often it has been tried."""


@routes.post("/pairs/{one}/{two}", status_code=201)
async def pair(one: str, two: str, body: NoteIn, caller: CanWrite, tx: InTx) -> object:
    """Two rows, in the order of the caller: two callers may wait for each other."""
    await add_one(tx, one)
    MEETING.setdefault(one, asyncio.Event()).set()
    await MEETING.setdefault(two, asyncio.Event()).wait()
    await add_one(tx, two)
    return {"title": body.title}


@routes.post("/unlucky/{name}/{state}", status_code=201)
async def unlucky(name: str, state: str, body: NoteIn, caller: CanWrite, tx: InTx) -> object:
    await add_one(tx, name)
    UNLUCKY[f"{name} tried"] = UNLUCKY.get(f"{name} tried", 0) + 1
    if UNLUCKY[name]:
        UNLUCKY[name] -= 1
        await tx.execute(f"do $$ begin raise exception using errcode = '{state}'; end $$")
    return {"title": body.title}


@routes.post("/streamed/{name}")
async def streamed(name: str, request: Request, caller: CanWrite, tx: InTx) -> object:
    UNLUCKY[f"{name} tried"] = UNLUCKY.get(f"{name} tried", 0) + 1
    async for _ in request.stream():
        pass
    await tx.execute("do $$ begin raise exception using errcode = '40P01'; end $$")
    return {}


@peers.get("/{name}")
async def for_peers(name: str, caller: Peer) -> object:
    return {"service": caller.name}


async def own_keys(_context: Context) -> dict[str, Any]:
    return {"keys": [desk_key().public_jwk()]}


def make_service(name: str = "sla", schema: str = SCHEMA, **parts: Any) -> Service:
    chosen = {"routers": [routes], "internal": [peers], "jwks": own_keys, **parts}
    return Service(name, schema, Settings, **chosen)


@dataclass
class Person:
    """Claims of somebody, to be signed; any of them may be bent."""

    scope: str = "notes:read notes:write"
    roles: list[str] = field(default_factory=lambda: ["agent"])
    organization: UUID = RESERVED_ORGANIZATION
    kind: str = "user"
    id: UUID = field(default_factory=uuid4)
    session: UUID = field(default_factory=uuid4)
    locale: str = "en"

    def claims(self, **bent: Any) -> dict[str, Any]:
        now = round(datetime.now(UTC).timestamp(), 3)
        claims = {
            "aud": "sanad-api",
            "sub": str(self.id),
            "kind": self.kind,
            "org": str(self.organization),
            "roles": self.roles,
            "scope": self.scope,
            "deps": [],
            "locale": self.locale,
            "sid": str(self.session),
            "jti": str(uuid4()),
            "iat": now,
            "exp": int(now) + 600,
        }
        return {name: value for name, value in (claims | bent).items() if value is not ...}

    def token(self, **bent: Any) -> str:
        return sign(desk_key(), self.claims(**bent))

    def headers(self, **more: str) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token()}", **named}
