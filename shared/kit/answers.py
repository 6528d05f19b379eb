"""Answers: fast JSON, and every failure as a problem document in the caller's language."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from asyncpg.exceptions import InterfaceError, InternalClientError, PostgresError
from fastapi import Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from starlette.exceptions import HTTPException

from shared.kit import problems
from shared.kit.complaints import complaints
from shared.kit.crypto import SealBroken
from shared.kit.logging import get_logger
from shared.kit.peers import PeerUnavailable
from shared.kit.problem import MEDIA_TYPE
from shared.kit.problems import Problem
from shared.kit.visit import Visit

_log = get_logger("http")
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
_HTTP: Final[Mapping[int, type[Problem]]] = {
    kind.status: kind
    for kind in (
        *(problems.BadRequest, problems.Unauthorized, problems.Forbidden, problems.NotFound),
        *(problems.MethodNotAllowed, problems.PayloadTooLarge, problems.UnsupportedMediaType),
    )
}
_GAVE_WAY: Final = frozenset({"40001", "40P01"})
"""Serialization failure, deadlock."""
_AWAY_STATES: Final = ("08", "53", "57", "40", "25006", "55P03")
"""Connection lost, out of resources, shutting down, rolled back for another, standby, locked."""


def json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON at the speed of the hot paths; bytes and Postgres' own JSON text pass as they are."""
    body = data if isinstance(data, (bytes, memoryview)) else dumps(data)
    return Response(body, status, headers, "application/json")


def dumps(data: Any) -> bytes:
    return orjson.dumps(data, default=_plain, option=_OPTIONS)


def problem_response(problem: Problem, visit: Visit, path: str = "") -> Response:
    body = problem.document(visit.locale)
    body["request_id"] = visit.trace.request_id
    if path:
        body["instance"] = path
    return Response(dumps(body), problem.status, problem.headers, MEDIA_TYPE)


def problem_of(error: Exception, visit: Visit) -> Problem:
    """The problem that answers an exception; what nobody foresaw is logged and stays unsaid."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return problems.ValidationFailed(errors=complaints(error.errors(), visit.locale))
    if isinstance(error, HTTPException):
        return _of_status(error)
    if _is_away(error):
        _log.warning("away", error=type(error).__name__, state=sqlstate(error))
        return problems.Unavailable()
    if (sqlstate(error) or "").startswith("22"):
        _log.info("data_refused", state=sqlstate(error))
        return problems.ValidationFailed()
    _log.error("unexpected", exc_info=_without_values(error))
    return problems.Unexpected()


def _of_status(error: HTTPException) -> Problem:
    if isinstance(error.__cause__, Problem):  # FastAPI wraps what reading the body raised
        return error.__cause__
    kind = _HTTP.get(error.status_code)
    if kind is None:
        kind = problems.Unexpected if error.status_code >= 500 else problems.BadRequest
    problem = kind()
    problem.headers.update(error.headers or {})
    return problem


def _is_away(error: Exception) -> bool:
    if isinstance(error, (PoolExhausted, PeerUnavailable, ConnectionError, TimeoutError)):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, InternalClientError):  # the line was cut between two of its messages
        return True
    if isinstance(error, InterfaceError):  # asyncpg's word for a connection that is gone
        return "clos" in str(error)
    if isinstance(error.__cause__, (ConnectionError, TimeoutError)):
        return True
    return (sqlstate(error) or "").startswith(_AWAY_STATES)


def gave_way(error: Exception) -> bool:
    """Whether Postgres rolled a transaction back for another one: repeated, it may well pass."""
    return sqlstate(error) in _GAVE_WAY


def sqlstate(error: BaseException | None) -> str | None:
    """The SQLSTATE, wherever SQLAlchemy and asyncpg have put it."""
    if isinstance(error, DBAPIError):
        return sqlstate(error.orig) or sqlstate(error.orig.__cause__ if error.orig else None)
    if isinstance(error, PostgresError):
        return str(error.sqlstate)
    state = getattr(error, "sqlstate", None)
    if state is None and isinstance(error, InterfaceError) and isinstance(error, ValueError):
        return "22000"  # asyncpg refused an argument before sending it
    return None if state is None else str(state)


def _without_values(error: BaseException) -> BaseException:
    """Database errors repeat parameters in their text; the log gets the failing lines only."""
    if isinstance(error, (DBAPIError, SealBroken)):
        bare = RuntimeError(f"{type(error).__name__} {sqlstate(error)}")
        return bare.with_traceback(error.__traceback__)
    return error


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):  # asyncpg's own subclass, which orjson does not know
        return str(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(type(value).__name__)
