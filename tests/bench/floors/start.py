"""The floor of starting: FastAPI, SQLAlchemy, asyncpg and jose to the first 200, in one process."""

import asyncpg
import jose.jwt
import sqlalchemy.ext.asyncio
from fastapi import FastAPI

IMPORTED = (asyncpg, jose.jwt, sqlalchemy.ext.asyncio)

app = FastAPI()


@app.get("/ping")
async def ping() -> dict[str, str]:
    return {"status": "ok"}
