"""The rights rule (domain/rights.py) as a condition; row-level security is the second wall.

A list asks it in branches: one `or` over four columns is walked row by row, while each branch has
an index (docs/plans.md).
"""

from collections.abc import Iterator
from typing import Any, Final

from services.tickets.domain.rights import Reach, Viewer

_MINE: Final = "t.requester_id = :viewer"
_TAKEN: Final = "t.assignee_id = :viewer"
_WATCHED: Final = "t.watching_department_ids && :departments and t.watching_department_ids <> '{}'"
_OURS: Final = "t.organization_id = :viewer_organization and not t.unconfirmed"
_INVITED: Final = (
    "t.id = any(array(select p.ticket_id from tickets.participant p where p.person_id = :viewer))"
)
_CONDITIONS: Final = {
    Reach.ALL: "true",
    Reach.DEPARTMENTS: (
        f"(t.department_id = any(:departments) or {_TAKEN} or {_MINE} or ({_WATCHED}))"
    ),
    Reach.ORGANIZATION: _OURS,
    Reach.OWN: f"{_OURS} and ({_MINE} or {_INVITED})",
    Reach.NOTHING: "false",
}
_MOST: Final = 6
"""So many departments get a branch each, whose index also gives the order."""


def visible(viewer: Viewer) -> tuple[str, dict[str, Any]]:
    """A condition on `tickets.ticket t` and its parameters."""
    return _told(viewer, _CONDITIONS[viewer.reach])


def branches(viewer: Viewer) -> list[tuple[str, dict[str, Any]]]:
    """`visible` as conditions of which one or more hold for a visible ticket."""
    match viewer.reach:
        case Reach.DEPARTMENTS:
            return list(_of_departments(viewer))
        case Reach.OWN:
            return [_told(viewer, f"{_OURS} and {part}") for part in (_MINE, _INVITED)]
        case _:
            return [visible(viewer)]


def _of_departments(viewer: Viewer) -> Iterator[tuple[str, dict[str, Any]]]:
    theirs = sorted(viewer.department_ids)
    if len(theirs) <= _MOST:
        for place, department in enumerate(theirs):
            yield f"t.department_id = :department_{place}", {f"department_{place}": department}
    else:
        yield _told(viewer, "t.department_id = any(:departments)")
    yield _told(viewer, _TAKEN)
    yield _told(viewer, _MINE)
    if theirs:
        yield _told(viewer, _WATCHED)


def _told(viewer: Viewer, condition: str) -> tuple[str, dict[str, Any]]:
    known = {
        "viewer": viewer.id,
        "viewer_organization": viewer.organization_id,
        "departments": list(viewer.department_ids),
    }
    return condition, {key: value for key, value in known.items() if _uses(condition, key)}


def _uses(condition: str, name: str) -> bool:
    return f":{name} " in f"{condition} " or f":{name})" in condition
