"""From callers to viewers, and from ids to tickets: the one way to a ticket (T36)."""

from uuid import UUID

from services.tickets.domain import rights
from services.tickets.domain.kindly import guise
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.store import chains, tickets
from services.tickets.store.rows import Row
from shared.kit.callers import Caller
from shared.kit.problems import Forbidden, NotFound
from shared.kit.tx import Tx


def viewer_of(caller: Caller) -> Viewer:
    """What the rights rule asks about this caller."""
    return Viewer(
        id=caller.id,
        reach=_reach(caller),
        staff=_is_staff(caller),
        organization_id=caller.organization_id,
        department_ids=caller.department_ids,
        program=caller.kind == "client",
    )


def staff_only(caller: Caller) -> Viewer:
    """The viewer, who must be staff; a bound API client never is, whatever its scopes."""
    viewer = viewer_of(caller)
    if not viewer.staff:
        raise Forbidden
    return viewer


async def see(tx: Tx, viewer: Viewer, ticket_id: UUID) -> Row:
    """The ticket's row as the viewer is told of it, or NotFound."""
    return _or_missing(viewer, await tickets.find(tx, viewer, ticket_id))


async def hold(tx: Tx, viewer: Viewer, ticket_id: UUID) -> Row:
    """The ticket's row, locked until the end of the transaction, or NotFound."""
    return _or_missing(viewer, await tickets.find(tx, viewer, ticket_id, lock=True))


async def living(tx: Tx, viewer: Viewer, row: Row) -> Row:
    """The ticket that a merged one lives on in, where the viewer sees it."""
    if row["merged_into"] is None:
        return row
    end = await tickets.find(tx, viewer, await chains.living_id(tx, row["id"]))
    return row if end is None else _or_missing(viewer, end)


def _or_missing(viewer: Viewer, row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row if viewer.staff else guise(row)


def _reach(caller: Caller) -> Reach:
    match caller.kind:
        case "user":
            return rights.reach_of_user(caller.roles)
        case "client":
            return rights.reach_of_client(caller.organization_id)
        case "service" | "system":
            return Reach.ALL
        case "anonymous":
            return Reach.NOTHING


def _is_staff(caller: Caller) -> bool:
    if caller.kind == "user":
        return rights.is_staff(caller.roles)
    return caller.kind != "anonymous" and caller.organization_id is None
