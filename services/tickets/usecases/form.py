"""The web site's form: no login, a proof of work, and a cap on acknowledgements."""

import secrets
from datetime import timedelta
from typing import Any

from services.tickets.domain.acknowledgement import Recent, acknowledged
from services.tickets.domain.opening import FALLBACK_PRIORITY, Draft, Opening, Writing
from services.tickets.domain.proofs import Salt, make_salt, read_salt, solves
from services.tickets.problems import ProofInvalid, ProofSpent
from services.tickets.store import proofs, tickets
from services.tickets.usecases import claiming, opening
from services.tickets.usecases.directory import require_department
from services.tickets.usecases.opening import Prepared
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT, AuthorKind, Channel


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


async def prepare(tx: Tx, caller: Caller, draft: Draft, proof: tuple[str, str]) -> Prepared:
    """Check the proof, find the requester, decide about the acknowledgement."""
    salt = _check(tx, proof)
    department_id = draft.department_id or DEFAULT_DEPARTMENT
    await require_department(tx.context, department_id, caller.locale)
    who = await opening.resolve(tx.context, caller, draft, None)
    claim = await claiming.prepare(tx.context, caller, draft.upload_ids, who.organization_id)
    async with tx.context.tx() as reading:
        recent = Recent(**await tickets.recent_of(reading, who.user_id, Channel.FORM))
    first = Writing(draft.body, who.user_id, AuthorKind.CUSTOMER, Channel.FORM, tx.now)
    start = Opening(
        subject=draft.subject,
        first=first,
        organization_id=who.organization_id,
        requester_id=who.user_id,
        department_id=department_id,
        locale=who.locale,
        channel=Channel.FORM,
        priority=draft.priority or FALLBACK_PRIORITY,
        requested_priority=draft.priority,
        acknowledge=acknowledged(recent),
    )
    prepared = await opening.ready(tx, start, claim)
    # Last, since it begins the transaction: whoever holds one must not wait for another.
    if not await proofs.spend(tx, salt.id, salt.expires_at):
        raise ProofSpent
    return prepared


def _check(tx: Tx, proof: tuple[str, str]) -> Salt:
    text, nonce = proof
    salt = read_salt(_key(tx.context), text, tx.now)
    if salt is None or not solves(text, nonce, salt.bits):
        raise ProofInvalid
    return salt


def _key(context: Context) -> bytes:
    return context.keys.derive("form-proof")
