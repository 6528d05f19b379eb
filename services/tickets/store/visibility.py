"""The rights rule (domain/rights.py) as a condition; row-level security is the second wall."""

from typing import Any

from services.tickets.domain.rights import Reach, Viewer

_MINE = "t.requester_id = :viewer"
_CONDITIONS = {
    Reach.ALL: "true",
    Reach.DEPARTMENTS: (
        f"(t.department_id = any(:departments) or t.assignee_id = :viewer or {_MINE}"
        " or (t.watching_department_ids && :departments and t.watching_department_ids <> '{}'))"
    ),
    Reach.ORGANIZATION: "t.organization_id = :viewer_organization",
    Reach.OWN: (
        "t.organization_id = :viewer_organization"
        f" and ({_MINE} or t.id = any(array(select p.ticket_id from tickets.participant p"
        " where p.person_id = :viewer)))"
    ),
    Reach.NOTHING: "false",
}


def visible(viewer: Viewer) -> tuple[str, dict[str, Any]]:
    """A condition on `tickets.ticket t` and its parameters."""
    condition = _CONDITIONS[viewer.reach]
    known = {
        "viewer": viewer.id,
        "viewer_organization": viewer.organization_id,
        "departments": list(viewer.department_ids),
    }
    return condition, {key: value for key, value in known.items() if _uses(condition, key)}


def _uses(condition: str, name: str) -> bool:
    return f":{name} " in f"{condition} " or f":{name})" in condition
