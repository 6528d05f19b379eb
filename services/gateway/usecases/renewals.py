"""Refresh tokens: each is used once, a late second use ends the session, and logging out."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from services.gateway.domain.sessions import Verdict, expiry, judge
from services.gateway.domain.validity import next_valid_from
from services.gateway.problems import InvalidGrant
from services.gateway.store import sessions, users
from services.gateway.store.sessions import Found
from services.gateway.store.validity import refuse_before
from services.gateway.usecases.logins import session_rules
from services.gateway.usecases.secrets import child_of, digest
from services.gateway.usecases.tokens import Tokens, user_token
from shared.events.identity import IdentitySessionRevoked
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.logging import get_logger
from shared.kit.tx import Tx

_AHEAD: Final = timedelta(minutes=1)
_log = get_logger("renewals")


async def renew(context: Context, refresh: str) -> Tokens:
    """The next tokens of a session.

    The transaction is opened here: a stolen token's use ends the session although the answer is
    a refusal.
    """
    async with context.tx() as tx:
        tokens = await _renewed(tx, refresh)
    if tokens is None:
        raise InvalidGrant
    return tokens


async def log_out(context: Context, caller: Caller) -> None:
    """End the caller's session; an API client has none to end."""
    if caller.kind == "user" and caller.session_id is not None:
        async with context.tx() as tx:
            await end_session(tx, caller.session_id)


async def end_session(tx: Tx, session_id: UUID) -> None:
    if await sessions.revoke_session(tx, session_id):
        await state_revoked(tx, session_id)


async def state_revoked(tx: Tx, session_id: UUID) -> None:
    """Refuse all tokens of a session or client here at once, and tell the other services."""
    # No token follows, so the instant may lie ahead of whatever `iat` one of them carries.
    valid_from = next_valid_from(tx.now + _AHEAD, None)
    await refuse_before(tx, session_id, valid_from)
    tx.emit(IdentitySessionRevoked(session_id=session_id, valid_from=valid_from, at=tx.now))


async def _renewed(tx: Tx, refresh: str) -> Tokens | None:
    found = await sessions.find_refresh(tx, digest(refresh))
    if found is None:
        return None
    verdict = judge(found.link, tx.now, session_rules(tx.context))
    if verdict is Verdict.KILL:
        _log.warning("refresh_token_reused", session_id=str(found.session_id))
        await end_session(tx, found.session_id)
    if verdict in {Verdict.KILL, Verdict.REFUSE}:
        return None
    user = await users.find_user(tx, found.user_id)
    if user is None or user.person.disabled:
        return None
    child = child_of(tx.context, refresh)
    if verdict is Verdict.ROTATE:
        await _rotate(tx, refresh, child, found)
    issued = user_token(tx, user, found.session_id)
    return Tokens(issued.access, issued.scope, child)


async def _rotate(tx: Tx, refresh: str, child: str, found: Found) -> None:
    ends = expiry(tx.now, found.link.session_ends_at, session_rules(tx.context))
    await sessions.use_refresh(tx, digest(refresh))
    await sessions.insert_refresh(tx, digest(child), found.session_id, ends)
