"""F-A: a one-file service that validates a body, verifies a token and inserts in one statement."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from jose import JWTError, jwk, jwt
from pydantic import BaseModel, Field

CREATE = """with t as (
        insert into floor.ticket (subject, status, priority, org, requester)
        values ($1, 'new', $2, $3, $4) returning id, number),
    m as (insert into floor.message (ticket_id, body) select id, $5 from t),
    o as (insert into floor.outbox (subject, payload)
        select 'opened', jsonb_build_object('ticket_id', id) from t)
    select id, number from t"""
COLUMNS = "id, number, subject, status, priority, org, assignee, due_at, updated_at"
LISTS = {
    "status": "status = 'open' and priority = 1 order by id desc",
    "org": "org = '00000000-0000-0000-0000-000000000007' order by id desc",
    "assignee": "assignee = '00000000-0000-0000-0000-000000000007' and status = 'open'"
    " order by id desc",
    "due": "status = 'open' and due_at > now() order by due_at, id",
}
PAGE = """select json_build_object('items', coalesce(json_agg(x), '[]'))::text
    from (select {columns} from lists.ticket where {rest} limit 50) x"""
ROW = "select row_to_json(t)::text from lists.ticket t where id = $1"
ONE = "select row_to_json(t)::text from floor.ticket t where id = $1"
WHO = uuid.UUID(int=1)
PUBLIC = Path(os.environ["FLOOR_KEY"]).with_suffix(".pub").read_text()
KEY = jwk.construct(PUBLIC, "RS256")


class TicketIn(BaseModel):
    subject: str = Field(min_length=1, max_length=200)
    body: str = Field(min_length=1, max_length=65536)
    priority: int = Field(default=3, ge=1, le=4)


class TicketOut(BaseModel):
    id: uuid.UUID
    number: int


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    pool = await asyncpg.create_pool(os.environ["FLOOR_DSN"], min_size=8, max_size=8)
    app.state.pool = pool
    yield
    await pool.close()


app = FastAPI(lifespan=lifespan)


def claims(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> dict[str, Any]:
    try:
        return dict(jwt.decode(credentials.credentials, KEY, algorithms=["RS256"]))
    except JWTError as error:
        raise HTTPException(401) from error


@app.get("/ping")
async def ping() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/tickets", status_code=201, response_model=TicketOut)
async def create(
    body: TicketIn, request: Request, _who: Annotated[dict[str, Any], Depends(claims)]
) -> Any:
    row = await request.app.state.pool.fetchrow(
        CREATE, body.subject, body.priority, WHO, WHO, body.body
    )
    return {"id": row["id"], "number": row["number"]}


@app.get("/lists/{kind}")
async def page(
    kind: str, request: Request, _who: Annotated[dict[str, Any], Depends(claims)]
) -> Response:
    statement = PAGE.format(columns=COLUMNS, rest=LISTS[kind])
    text = await request.app.state.pool.fetchval(statement)
    return Response(text, media_type="application/json")


@app.get("/rows/{row_id}")
async def row(
    row_id: uuid.UUID, request: Request, _who: Annotated[dict[str, Any], Depends(claims)]
) -> Response:
    text = await request.app.state.pool.fetchval(ROW, row_id)
    return Response(text, media_type="application/json")


@app.get("/tickets/{ticket_id}")
async def one(
    ticket_id: uuid.UUID, request: Request, _who: Annotated[dict[str, Any], Depends(claims)]
) -> Response:
    text = await request.app.state.pool.fetchval(ONE, ticket_id)
    return Response(text, media_type="application/json")
