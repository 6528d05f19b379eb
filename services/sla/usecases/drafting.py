"""Reading a draft to judge by: policies and calendars that are written out, or that exist."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.sla.domain.policy import Policy, read_policy
from services.sla.domain.ration import Rationed
from services.sla.domain.words import ContractKind
from services.sla.problems import refused
from services.sla.store import rules as store
from services.sla.usecases.countable import beyond
from services.sla.usecases.policies import named_calendars
from services.sla.usecases.replaying import Draft
from services.sla.usecases.rulebook import rulebook
from shared.kit.callers import Caller
from shared.kit.tx import Tx
from shared.vocabulary import COMPANY_CALENDAR
from shared.worktime import (
    Timeline,
    WorktimeError,
    first_counted,
    micros,
    read_calendar,
)

Document = Mapping[str, Any]


async def draft(
    tx: Tx, caller: Caller, policy: Document | None, calendars: Mapping[str, Document]
) -> Draft:
    """The draft, or a refusal that names the field; calendars may stand in for existing ones."""
    for calendar_id in calendars:
        if await store.calendar(tx, UUID(calendar_id)) is None:
            raise refused(f"#/calendars/{calendar_id}", "unknown_calendar", caller.locale)
    timelines = {one: _timeline(caller, one, data, tx.now) for one, data in calendars.items()}
    return Draft(await _policies(tx, caller, policy, timelines), timelines)


async def _policies(
    tx: Tx, caller: Caller, policy: Document | None, drafted: Mapping[str, Timeline]
) -> Mapping[ContractKind | None, Policy] | None:
    if policy is None:
        return None
    document = policy if "targets" in policy else await _existing(tx, caller, policy)
    known = (await rulebook(tx)).calendars
    for place, named in named_calendars(dict(document)):
        if named not in known:
            raise refused(place.replace("#", "#/policy"), "unknown_calendar", caller.locale)
    found = beyond(document, {**known, **drafted}, str(COMPANY_CALENDAR), tx.now)
    if found is not None:
        raise refused(found[0].replace("#", "#/policy"), found[1], caller.locale)
    return {kind: read_policy(document, kind) for kind in (None, *ContractKind)}


async def _existing(tx: Tx, caller: Caller, named: Document) -> Document:
    row = await store.policy(tx, UUID(str(named["id"])))
    if row is None:
        raise refused("#/policy/id", "unknown_policy", caller.locale)
    version = named.get("version") or row["version"]
    if version > row["version"]:
        raise refused("#/policy/version", "unknown_policy", caller.locale)
    return await store.policy_document(tx, row["id"], version)


def _timeline(caller: Caller, calendar_id: str, document: Document, now: datetime) -> Timeline:
    try:
        timeline = Rationed(read_calendar(document))
        first_counted(timeline, micros(now))
    except WorktimeError as error:
        code = error.code if error.code == "no_business_hours" else "invalid_calendar"
        raise refused(f"#/calendars/{calendar_id}", code, caller.locale) from error
    return timeline
