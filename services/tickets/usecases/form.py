"""The web site's form: no login, a proof of work, and a cap on acknowledgements."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from services.tickets.adapters import captcha
from services.tickets.domain.acknowledgement import Recent, unsaid
from services.tickets.domain.fieldrules import Place
from services.tickets.domain.opening import Draft, Opening, Writing
from services.tickets.domain.proofs import Salt, make_salt, read_salt, solves
from services.tickets.domain.visitors import Standing, granted, is_mixed, standing
from services.tickets.problems import (
    PROOF_MISSING,
    PROOF_TWICE,
    CaptchaAway,
    CaptchaInvalid,
    CaptchaUnset,
    ProofInvalid,
    ProofSpent,
    TooManyForms,
)
from services.tickets.store import directory, proofs, tickets, timeline, visitors
from services.tickets.store.timeline import Entry
from services.tickets.usecases import claiming, opening
from services.tickets.usecases.directory import require_department
from services.tickets.usecases.fielding import opened
from services.tickets.usecases.opening import Prepared
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.database import Database
from shared.kit.problems import ValidationFailed
from shared.kit.ratelimit import Quota, RateLimit
from shared.kit.tx import Tx
from shared.tokens import inbox_of
from shared.vocabulary import DEFAULT_DEPARTMENT, AuthorKind, Channel, Locale

_AGAIN: Final = 10.0
_TOKEN_LIFE: Final = timedelta(hours=1)
"""Longer than any provider lets a token live."""
TRIES: Final = 10
"""So many more posts than tickets one network may send: people mistype."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a network may send: tickets, and tries of any outcome."""

    accepted: RateLimit
    tried: RateLimit


_limits: WeakKeyDictionary[Database, Limits] = WeakKeyDictionary()


async def choices(context: Context) -> dict[str, Any]:
    """What the form may offer to whoever fills it in."""
    async with context.tx() as tx:
        rows = await directory.departments(tx)
    settings = context.settings
    named = (
        {"id": row["id"], "name": {"ar": row["name_ar"], "en": row["name_en"]}} for row in rows
    )
    return {
        "departments": sorted(named, key=lambda one: one["name"]["ar"]),
        "files": settings.tickets_files_per_message,
        "file_bytes": settings.tickets_file_limit,
        "captcha_site_key": settings.tickets_captcha_site_key or None,
    }


def challenge(context: Context) -> dict[str, Any]:
    """A salt of ours; it costs nothing to give and is not remembered."""
    settings = context.settings
    expires_at = context.clock.now() + timedelta(seconds=settings.tickets_proof_seconds)
    bits = settings.tickets_proof_bits
    return {
        "salt": make_salt(_key(context), secrets.token_bytes(12), expires_at, bits),
        "difficulty": bits,
        "algorithm": "sha256",
        "rule": "sha256(salt + nonce) starts with `difficulty` zero bits",
        "expires_at": expires_at.replace(microsecond=0),
    }


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a form was worth somebody's while: a proof of work, or a captcha's token."""

    work: tuple[str, str] | None = None
    captcha: str | None = None


def count(context: Context, network: str) -> None:
    """A form of this network that becomes a ticket; TooManyForms when it is one too many."""
    _obey(_limits_of(context).accepted.take(network))


def attempt(context: Context, network: str) -> None:
    """One more try of this network: with errors in it, it costs nobody else their ticket."""
    limits = _limits_of(context)
    _obey(limits.accepted.look(network))
    _obey(limits.tried.take(network))


def _limits_of(context: Context) -> Limits:
    limits = _limits.get(context.database)
    if limits is None:
        hourly, burst = context.settings.tickets_form_per_hour, context.settings.tickets_form_burst
        accepted = RateLimit(hourly / 3600, burst=burst)
        tried = RateLimit(hourly * TRIES / 3600, burst=burst * TRIES)
        limits = _limits[context.database] = Limits(accepted, tried)
    return limits


def _obey(quota: Quota | None) -> None:
    if quota is not None and quota.wait:
        raise TooManyForms(retry_after=quota.wait)


async def prepare(
    tx: Tx, caller: Caller, draft: Draft, proof: Proof, guess: Locale | None = None
) -> Prepared:
    """Check the proof, find the requester, decide about the acknowledgement.

    `guess`: the language that a person whom nobody knows yet probably reads.
    """
    spent = await _check(tx, caller, proof)
    department_id = draft.department_id or DEFAULT_DEPARTMENT
    await require_department(tx.context, department_id, caller.locale)
    place = Place(department_id, staff=False, free=False)
    custom = await opened(tx.context, caller, place, draft.custom)
    who = await opening.resolve(tx.context, caller, draft, None, guess=guess)
    claim = await claiming.prepare(tx.context, caller, draft.upload_ids, who.organization_id)
    inbox = _inbox(tx.context, draft)
    recent, known = await _earlier(tx.context, who.user_id, inbox)
    cause = unsaid(recent, confirmed=not known.ask, silent=known.silent)
    first = Writing(draft.body, who.user_id, AuthorKind.CUSTOMER, Channel.FORM, tx.now)
    start = Opening(
        subject=draft.subject,
        first=first,
        organization_id=who.organization_id,
        requester_id=who.user_id,
        department_id=department_id,
        locale=who.locale,
        channel=Channel.FORM,
        priority=granted(draft.priority, believed=not known.ask),
        requested_priority=draft.priority,
        custom=custom,
        acknowledge=cause is None,
        unsaid=cause,
        confirm=inbox if known.ask else None,
    )
    prepared = await opening.ready(tx, start, claim)
    # Last, since it begins the transaction: whoever holds one must not wait for another.
    if not await proofs.spend(tx, spent.id, spent.expires_at):
        raise ProofSpent
    return prepared


async def submit(tx: Tx, prepared: Prepared, address: str) -> None:
    """Write the ticket; a stranger's acknowledgement will ask whether the request is theirs."""
    start = prepared.opening
    await opening.write(tx, prepared)
    if start.confirm is not None:
        place = (prepared.ticket_id, start.requester_id, start.organization_id)
        await visitors.ask(tx, place, start.confirm)
    entries = []
    if start.unsaid is not None:
        entries.append(_inside(tx, "acknowledgement_suppressed", {"cause": start.unsaid}))
    if start.requested_priority not in {None, start.priority}:
        data = {"wish": start.requested_priority, "priority": start.priority}
        entries.append(_inside(tx, "priority_wished", data))
    if is_mixed(address):
        entries.append(_inside(tx, "address_mixed", {}))
    if entries:
        home = (prepared.ticket_id, start.organization_id)
        timeline.add_to(tx, prepared.box, home, entries)


def _inside(tx: Tx, kind: str, data: dict[str, Any]) -> Entry:
    """For the desk's eyes only."""
    return Entry(kind, tx.now, None, AuthorKind.SYSTEM, data, public=False)


def as_sent(draft: Draft, guess: Locale | None) -> dict[str, Any]:
    """What the answer says of the visitor: nothing that we know from elsewhere.

    The language, the urgency or the id of somebody known would tell that the address is.
    """
    assert draft.requester is not None
    wish = draft.requester
    return {
        "requester": dict.fromkeys(("id", "name", "email")),
        "locale": wish.locale or guess or Locale.AR,
        "priority": granted(draft.priority, believed=False),
    }


def _inbox(context: Context, draft: Draft) -> bytes:
    assert draft.requester is not None
    inbox = inbox_of(draft.requester.email)
    return hmac.digest(context.keys.derive("form-inbox"), inbox.encode(), hashlib.sha256)[:16]


async def _earlier(context: Context, person_id: UUID, inbox: bytes) -> tuple[Recent, Standing]:
    async with context.tx() as tx:
        recent = Recent(**await tickets.recent_of(tx, person_id, Channel.FORM))
        return recent, standing(await visitors.acquaintance(tx, person_id, inbox), tx.now)


async def _check(tx: Tx, caller: Caller, proof: Proof) -> Salt:
    """What is spent by this form; a captcha's token counts once, like a challenge of ours."""
    if (proof.work is None) == (proof.captcha is None):
        texts = PROOF_MISSING if proof.work is None else PROOF_TWICE
        raise ValidationFailed.of("/proof", "proof_required", texts, caller.locale)
    if proof.work is not None:
        return _worked(tx, *proof.work)
    settings, token = tx.context.settings, proof.captcha or ""
    if not settings.tickets_captcha_url:
        raise CaptchaUnset
    try:
        url, secret = settings.tickets_captcha_url, settings.tickets_captcha_secret
        if not await captcha.passed(url, secret, token):
            raise CaptchaInvalid
    except captcha.ProviderAway:
        raise CaptchaAway(retry_after=_AGAIN) from None
    digest = hashlib.sha256(b"captcha:" + token.encode()).digest()
    return Salt(digest, tx.now + _TOKEN_LIFE, 0)


def _worked(tx: Tx, text: str, nonce: str) -> Salt:
    salt = read_salt(_key(tx.context), text, tx.now)
    if salt is None or not solves(text, nonce, salt.bits):
        raise ProofInvalid
    return salt


def _key(context: Context) -> bytes:
    return context.keys.derive("form-proof")
