"""Logging in with a password: slow for guessers, the same for known and unknown addresses."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from services.gateway.adapters.addresses import AddressRefused, parse_address
from services.gateway.adapters.passwords import Hasher, hasher
from services.gateway.domain import throttle
from services.gateway.domain.sessions import Rules, expiry
from services.gateway.problems import InvalidGrant, LoginThrottled
from services.gateway.store import sessions, users
from services.gateway.usecases.secrets import digest, new_refresh
from services.gateway.usecases.tokens import Tokens, user_token
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.ratelimit import RateLimit
from shared.kit.tx import Tx
from shared.kit.vault import Vault

_limits: WeakKeyDictionary[Vault, RateLimit] = WeakKeyDictionary()
Buckets = Mapping[bytes, throttle.Allowance]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Whose password is tried, and where a failure counts."""

    lookup: bytes
    password: str
    buckets: Buckets


def attempt(context: Context, username: str, password: str, address: str) -> Attempt:
    """Refused at once when its place on the network comes too fast."""
    place = throttle.place_of(address)
    _meet_rate(context, place)
    lookup = users.lookup_of(context, _folded(username))
    return Attempt(lookup, password, _buckets(context, lookup, place))


async def log_in(context: Context, tried: Attempt) -> Tokens:
    """A session and its first tokens.

    The transactions are opened here, not at the door: a failure must be counted although the
    answer is a refusal, and no connection may wait while a password is hashed.
    """
    stored = await proven_hash(context, tried)
    fresh = await _fresh_hash(context, stored, tried.password)
    async with context.tx() as tx:
        tokens = await _open_session(tx, tried.lookup, stored, fresh)
        if tokens is None:
            await _count(tx, tried)
        else:
            await sessions.forget_failures(tx, next(iter(tried.buckets)))
    if tokens is None:
        raise InvalidGrant
    return tokens


async def proven_hash(context: Context, tried: Attempt) -> str:
    """The stored hash that the password fits; a guess is counted and refused."""
    async with context.tx() as tx:
        held = await sessions.failures(tx, list(tried.buckets))
        _refuse_guessers(held, tried.buckets, tx.now)
        found = await users.find_password(tx, tried.lookup)
    stored = found[1] if found else None
    if await hasher_of(context).verify(stored, tried.password) and stored is not None:
        return stored
    async with context.tx() as tx:
        await _count(tx, tried)
    raise InvalidGrant


def hasher_of(context: Context) -> Hasher:
    settings = context.settings
    return hasher(settings.gateway_hash_memory_kib, settings.gateway_hash_rounds)


def session_rules(context: Context) -> Rules:
    settings = context.settings
    return Rules(idle=settings.gateway_session_idle, longest=settings.gateway_session_longest)


async def _open_session(
    tx: Tx, lookup: bytes, proven: str, fresh_hash: str | None
) -> Tokens | None:
    """Locked: a password changed while we were hashing must not let the old one in."""
    found = await users.find_password(tx, lookup, lock=True)
    if found is None or found[1] != proven:
        return None
    user_id = found[0]
    user = await users.find_user(tx, user_id)
    if user is None or user.person.disabled:
        return None
    if fresh_hash is not None:
        await users.set_password_hash(tx, user_id, fresh_hash)
    rules = session_rules(tx.context)
    session_id, refresh = uuid7(), new_refresh()
    ends_at = tx.now + rules.longest
    await sessions.insert_session(tx, session_id, user_id, user.person.organization_id, ends_at)
    await sessions.insert_refresh(tx, digest(refresh), session_id, expiry(tx.now, ends_at, rules))
    access = user_token(tx, user, session_id)
    return Tokens(access.access, access.scope, refresh)


async def _count(tx: Tx, tried: Attempt) -> None:
    await sessions.count_failure(tx, {key: one.interval for key, one in tried.buckets.items()})


async def _fresh_hash(context: Context, stored: str, password: str) -> str | None:
    """A hash under today's costs, when the stored one was made under others."""
    if not hasher_of(context).outdated(stored):
        return None
    return await hasher_of(context).hash(password)


def _folded(username: str) -> str:
    try:
        return parse_address(username.strip()).folded
    except AddressRefused:
        return username[:256]  # nobody's address: it fails like an unknown one


def _meet_rate(context: Context, place: str) -> None:
    """Hashing costs a core, so even right passwords have a pace."""
    limit = _limits.get(context.vault)
    if limit is None:
        limit = _limits[context.vault] = RateLimit(context.settings.gateway_logins_per_second)
    quota = limit.take(place)
    if quota is not None and quota.wait > 0:
        raise LoginThrottled(retry_after=quota.wait)


def _buckets(context: Context, lookup: bytes, place: str) -> Buckets:
    """Where a failure counts; the first is emptied by a success."""
    key = context.keys.derive("identity.throttle")

    def name(*parts: bytes) -> bytes:
        return hmac.new(key, b"|".join(parts), hashlib.sha256).digest()

    where = place.encode()
    return {
        name(b"both", lookup, where): throttle.PER_ADDRESS_AND_PLACE,
        name(b"address", lookup): throttle.PER_ADDRESS,
        name(b"place", where): throttle.PER_PLACE,
    }


def _refuse_guessers(held: Mapping[bytes, datetime], buckets: Buckets, now: datetime) -> None:
    waits = (throttle.wait(held.get(key), now, allowed) for key, allowed in buckets.items())
    longest = max(waits, default=timedelta())
    if longest:
        raise LoginThrottled(retry_after=longest.total_seconds())
