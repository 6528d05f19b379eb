"""Which terms serve a ticket: when it opens, and again when what a policy reads has changed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.sla.domain.happenings import Happening
from services.sla.domain.ledger import local_date
from services.sla.domain.matching import first_fit, reads
from services.sla.domain.promises import Contract, serving
from services.sla.domain.terms import Terms, first_terms, terms_at
from services.sla.domain.words import Kind
from services.sla.store import happenings, matching
from services.sla.store.clockrows import ClockRow
from services.sla.store.matching import Basis, basis
from services.sla.usecases.rulebook import Rulebook, rulebook
from shared.events.ticket import TicketOpened
from shared.kit.logging import get_logger
from shared.kit.tx import Tx
from shared.vocabulary import COMPANY_CALENDAR, DEFAULT_POLICY
from shared.worktime import micros

_log = get_logger("terms")
_END = 2**62


def opening_terms(book: Rulebook, found: Basis, fact: TicketOpened) -> Terms:
    """The contract in force on the day, the first policy that fits, else the contract's own."""
    ticket = {
        "department_id": fact.department_id,
        "channel": fact.channel.value,
        "priority": fact.priority.value,
    }
    return _choose(book, found, fact.at, ticket)


def _choose(book: Rulebook, found: Basis, at: datetime, ticket: Mapping[str, Any]) -> Terms:
    contract = _serving(book, found, at)
    contract_id = contract.id if contract else None
    kind = contract.kind if contract else None
    fit = first_fit(found.candidates.get(contract_id, ()), {**ticket, "contract_kind": kind})
    policy_id = fit.policy_id if fit else contract.policy_id if contract else DEFAULT_POLICY
    version = fit.version if fit else found.versions[policy_id]
    calendar_id = (contract.calendar_id if contract else None) or COMPANY_CALENDAR
    return Terms(policy_id, version, calendar_id, contract_id, kind)


async def again(tx: Tx, row: ClockRow, field: str, step: Happening) -> bool:
    """Match again because `field` has changed; no match keeps the old policy, and is logged."""
    found = await basis(tx, row.organization_id, row.opened_at.date())
    candidates = found.candidates.get(row.contract_id, ())
    if not reads(candidates, field):
        return False
    fit = first_fit(candidates, await _asked(tx, row))
    if fit is None:
        _log.info("no_policy_matches", ticket=str(row.ticket_id), kept=str(row.policy_id))
        return False
    before = row.terms
    if fit.policy_id == before.policy_id:
        return False
    terms = Terms(fit.policy_id, fit.version, before.calendar_id, before.contract_id, before.kind)
    change = Happening(
        step.at, Kind.TERMS, terms.key, before.key, ref=step.ref, ordinal=step.ordinal, part=1
    )
    return await take(tx, row, change)


async def by_contract(tx: Tx, row: ClockRow, at: datetime) -> bool:
    """Other terms where the contracts of today say so of the ticket's opening day."""
    found = await basis(tx, row.organization_id, row.opened_at.date())
    book = await rulebook(tx, found.revision)
    terms = _choose(book, found, row.opened_at, await _asked(tx, row))
    if terms == row.terms:
        return False
    return await take(tx, row, _decided(row, at, Kind.TERMS, terms.key))


async def by_version(tx: Tx, row: ClockRow, at: datetime, value: str) -> bool:
    """A ticket that still has the policy moves onto its version."""
    change = _decided(row, at, Kind.VERSION, value)
    if row.terms.after(change) == row.terms:
        return False
    return await take(tx, row, change)


async def take(tx: Tx, row: ClockRow, change: Happening) -> bool:
    """Put a change on record and serve the locked ticket as all its changes say."""
    if not await happenings.add(tx, (row.ticket_id, row.organization_id), change):
        return False
    first = first_terms(row.terms, row.happenings)
    row.happenings.append(change)
    row.take(terms_at(first, row.happenings, _END))
    await matching.put_terms(tx, row)
    return True


def _decided(row: ClockRow, at: datetime, kind: Kind, value: str) -> Happening:
    """A decision of sla's own: a further part of the ticket's newest step."""
    ordinal, part = max((one.ordinal, one.part) for one in row.happenings)
    return Happening(micros(at), kind, value, row.terms.key, ordinal=ordinal or 1, part=part + 1)


async def _asked(tx: Tx, row: ClockRow) -> Mapping[str, Any]:
    return {
        "contract_kind": row.kind,
        "department_id": row.department_id,
        "channel": await matching.channel(tx, row.ticket_id),
        "priority": row.priority,
    }


def _serving(book: Rulebook, found: Basis, at: datetime) -> Contract | None:
    """Contracts begin and end with the civil day of the calendar that they count on."""

    def day(contract: Contract) -> date:
        timeline = book.calendars[str(contract.calendar_id or COMPANY_CALENDAR)]
        return local_date(timeline, micros(at))

    return serving(found.contracts, day)
