"""One request through the HTTP door: admit, open a transaction, call the route, commit, answer."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

from fastapi import Request, Response
from sqlalchemy.exc import IntegrityError

from shared.kit.answers import gave_way, problem_of, problem_response, sqlstate
from shared.kit.asking import Questions
from shared.kit.auth import CALLER, Policy
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.etags import unchanged
from shared.kit.idempotency import Repeat, is_repeated, repeat_of
from shared.kit.incoming import DoorRequest
from shared.kit.lanes import READING, REPEAT, about
from shared.kit.logging import get_logger
from shared.kit.problems import Problem, TooManyRequests
from shared.kit.ratelimit import RateLimit
from shared.kit.verifier import Verifier
from shared.kit.visit import LIST, Visit, address_of, visit_of

TX: Final = "sanad.tx"
_NOTHING: Final = contextlib.nullcontext()
_MENDABLE: Final = frozenset({400, 401, 403, 408, 412, 413, 415, 429})
"""Refusals that a caller mends and sends again under the same key."""
_PAUSES: Final = (0.01, 0.04, 0.16)
"""Seconds before each of three more attempts, when Postgres let another transaction pass."""
_log = get_logger("http")

Handler = Callable[[Request], Awaitable[Response]]
Repeats = Literal["claimed", "folded", "never"]


@dataclass(frozen=True)
class Entrance:
    """What the doors of a process share; stands in `app.state.entrance`."""

    context: Context
    verifier: Verifier
    limit: RateLimit


class Undo(Exception):
    """Carries an error answer out of the transaction, so that it rolls back."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True)
class Passage:
    """The way through one route's door."""

    handler: Handler
    policy: Policy
    body_limit: int
    repeats: Repeats
    """Who writes the idempotency row: the door first, the route's one statement, or nobody."""
    questions: Questions
    """What its address may ask."""
    lane: str | None = None

    async def serve(self, plain: Request) -> Response:
        request = DoorRequest(plain.scope, plain.receive)
        request.body_limit = self.body_limit
        visit = visit_of(request.scope)
        try:
            entrance: Entrance = request.app.state.entrance
            with self._in_hand(entrance.context):
                caller = await self._admit(request, entrance, visit)
                self.questions.check(request)
                response = await self._patiently(request, entrance.context, caller)
        except Exception as error:  # noqa: BLE001 - every failure is answered as a problem
            return _problem(error, request, visit)
        if request.method in {"GET", "HEAD"} and unchanged(request, response):
            return Response(status_code=304, headers={"ETag": response.headers["etag"]})
        return response

    def _in_hand(self, context: Context) -> contextlib.AbstractContextManager[None]:
        """Peers ask on behalf of consequences; whoever else asks is waited on first."""
        return _NOTHING if self.policy.kind == "internal" else context.courtesy.request()

    async def _admit(self, request: Request, entrance: Entrance, visit: Visit) -> Caller:
        service = entrance.context.service
        caller = await self.policy.admit(request, entrance.verifier, service)
        if self.policy.kind == "public":
            address = address_of(request.scope)
            caller = Caller.anonymous(visit.locale, address)
        visit.caller = caller
        request.scope[CALLER] = caller
        LIST.set(f"{request.scope['path']}\n{caller.id}")
        if self.policy.kind != "internal":
            self._count(caller, entrance.limit, visit)
        return caller

    def _count(self, caller: Caller, limit: RateLimit, visit: Visit) -> None:
        visit.policy = limit.policy
        visit.quota = limit.take(caller.id)
        if visit.quota is not None and visit.quota.wait:
            raise TooManyRequests(retry_after=visit.quota.wait)

    async def _patiently(self, request: Request, context: Context, caller: Caller) -> Response:
        """Whose transaction gave way to another one tries again, while nobody knows of it yet."""
        for pause in _PAUSES:
            try:
                return await self._answer(request, context, caller)
            except Exception as error:
                if not (gave_way(error) and self._is_replayable(request)):
                    raise
                _log.info("gave_way", state=sqlstate(error))
            await asyncio.sleep(pause)
        return await self._answer(request, context, caller)

    def _is_replayable(self, request: Request) -> bool:
        """All that it did is undone, and the body that it read can be read once more."""
        alone = self.repeats != "never" or request.method in READING
        return alone and (
            hasattr(request, "_body") or not getattr(request, "_stream_consumed", True)
        )

    async def _answer(self, request: Request, context: Context, caller: Caller) -> Response:
        if self.repeats == "never":
            return await self._once(request, context, caller)
        repeat = await repeat_of(request, context, caller)
        request.scope[REPEAT] = repeat
        if repeat.key is None:
            return await self._once(request, context, caller)
        try:
            if self.repeats == "folded":
                return await self._folded(request, context, caller, repeat)
            return await self._once(request, context, caller, repeat)
        except Problem as refusal:
            response = _problem(refusal, request, visit_of(request.scope))
            if self._is_kept(refusal):
                await self._keep(context, caller, repeat, response)
            return response

    async def _once(
        self, request: Request, context: Context, caller: Caller, repeat: Repeat | None = None
    ) -> Response:
        try:
            parent = visit_of(request.scope).trace.parent
            async with context.tx(caller, parent) as tx:
                request.scope[TX] = tx
                tx.about = about(request, self.lane)
                if repeat is not None and (kept := await repeat.claim(tx)):
                    return kept
                response = _sound(await self.handler(request))
                if repeat is not None:
                    await repeat.settle(tx, response)
        except Undo as undo:
            return undo.response
        if request.method not in READING:
            context.writes.note(caller.id)
        return response

    async def _folded(
        self, request: Request, context: Context, caller: Caller, repeat: Repeat
    ) -> Response:
        try:
            return await self._once(request, context, caller)
        except IntegrityError as error:
            if not is_repeated(error):
                raise
        async with context.tx(caller) as tx:
            if kept := await repeat.replay(tx):
                return kept
        await repeat.forget()
        return await self._once(request, context, caller)

    def _is_kept(self, refusal: Problem) -> bool:
        return refusal.status < 500 and refusal.status not in _MENDABLE and refusal.keepable

    async def _keep(
        self, context: Context, caller: Caller, repeat: Repeat, response: Response
    ) -> None:
        try:
            async with context.tx(caller) as tx:
                await repeat.keep_refusal(tx, response)
        except Exception as error:  # noqa: BLE001 - the refusal itself stands either way
            _log.warning("refusal_not_kept", error=type(error).__name__)


def _sound(response: Response) -> Response:
    if response.status_code >= 400:
        raise Undo(response)
    return response


def _problem(error: Exception, request: Request, visit: Visit) -> Response:
    return problem_response(problem_of(error, visit), visit, request.scope["path"])
