"""What a file would change on the running desk, and how many open tickets would feel it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from deploy.local.policy.differing import Difference, differences
from deploy.local.policy.house import House, Missing, Row
from deploy.local.policy.wanted import Entry, stand_in
from deploy.local.policy.yamlfile import BadFile, Source
from services.sla.schemas.policies import PolicyIn, PolicyPatch

PLACES: Final = {
    "calendars": "/v1/sla/calendars",
    "policies": "/v1/sla/policies",
    "contracts": "/v1/contracts",
}
_PAGES: Final = 50
_DAYS: Final = 90


@dataclass(frozen=True)
class Moves:
    """Open tickets with another due instant; not all were looked at when not `complete`."""

    tickets: int
    complete: bool


@dataclass(frozen=True)
class Step:
    """One object to make or to change."""

    entry: Entry
    running: Row | None
    fields: Row
    differences: tuple[Difference, ...]
    moves: Moves | None = None

    @property
    def is_new(self) -> bool:
        return self.running is None

    @property
    def changes(self) -> bool:
        return self.running is None or bool(self.differences)

    @property
    def stale(self) -> bool:
        """The desk has moved on since the file was written."""
        written = self.entry.version
        running = self.running
        return (
            bool(self.differences)
            and written is not None
            and running is not None
            and (written != running["version"])
        )


@dataclass(frozen=True)
class Plan:
    """Every entry of the file beside what runs; `ids` tells what stand-ins turned out to be."""

    steps: tuple[Step, ...]
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> list[Step]:
        return [step for step in self.steps if step.changes]

    @property
    def stale(self) -> list[Step]:
        return [step for step in self.steps if step.stale]


def plan(source: Source, entries: Sequence[Entry], house: House) -> Plan:
    """Compare; running objects that the file does not name are left alone."""
    running = {
        kind: list(house.every(place)) for kind, place in PLACES.items() if _any(entries, kind)
    }
    found: list[Step] = []
    ids: dict[str, str] = {}
    for entry in entries:
        match = _running(source, entry, running[entry.kind])
        if match is not None:
            ids[stand_in(f"{entry.kind}/{entry.key}")] = match["id"]
        fields = resolved(entry.fields, ids)
        found.append(_step(source, entry, match, fields))
    return Plan(tuple(_counted(step, house) for step in found), ids)


def resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """The same value with stand-ins replaced by what they turned out to be."""
    if isinstance(value, dict):
        return {key: resolved(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [resolved(one, ids) for one in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _any(entries: Iterable[Entry], kind: str) -> bool:
    return any(entry.kind == kind for entry in entries)


def _running(source: Source, entry: Entry, rows: Sequence[Row]) -> Row | None:
    if entry.id is not None:
        found = next((row for row in rows if row["id"] == entry.id), None)
        if found is None:
            raise BadFile(f"{source.at((*entry.path, 'id'))}: nothing runs under this id")
        return found
    mark = _mark(entry.kind, entry.fields)
    if mark is None:
        raise BadFile(f"{source.at(entry.path)}: {entry.key} has neither id nor name")
    alike = [row for row in rows if _mark(entry.kind, row) == mark]
    if len(alike) > 1:
        raise BadFile(f"{source.at(entry.path)}: {entry.key} has several namesakes; give its id")
    return alike[0] if alike else None


def _mark(kind: str, fields: Row) -> object:
    """By what an object without an id is known again."""
    if kind == "contracts":
        mark = tuple(fields.get(name) for name in ("organization_id", "kind", "starts_on"))
        return None if None in mark else mark
    name = _localized(fields.get("name"))
    return None if name is None else (name["ar"], name["en"])


def _localized(name: Any) -> Any:
    return {"ar": name, "en": name} if isinstance(name, str) else name


def _step(source: Source, entry: Entry, running: Row | None, fields: Row) -> Step:
    if running is None:
        return Step(entry, None, fields, ())
    before = {name: running.get(name) for name in fields}
    if entry.kind == "policies":
        dumped = PolicyPatch.model_validate(before).model_dump(mode="json")
        before = {name: dumped[name] for name in fields}
    if "name" in fields:
        before["name"], fields = _localized(before["name"]), {**fields}
        fields["name"] = _localized(fields["name"])
    found = tuple(differences(before, fields))
    fixed = {"calendars": "name", "contracts": "organization_id"}.get(entry.kind)
    if fixed and any(one.path.partition(".")[0] == fixed for one in found):
        raise BadFile(f"{source.at((*entry.path, fixed))}: {entry.key} keeps its {fixed}")
    return Step(entry, running, fields, found)


def _counted(step: Step, house: House) -> Step:
    if step.is_new or not step.differences or step.entry.kind == "contracts":
        return step
    count = _of_calendar if step.entry.kind == "calendars" else _of_policy
    try:
        moves = count(step, house)
    except Missing:  # an older desk, which cannot tell
        moves = None
    return replace(step, moves=moves)


def _of_calendar(step: Step, house: House) -> Moves | None:
    assert step.running is not None
    path = f"{PLACES['calendars']}/{step.running['id']}/preview"
    body, cursor, tickets = version_body(step), "", set[str]()
    for _page in range(_PAGES):
        query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = house.post(path, body, None, **query)
        tickets |= {item["ticket_id"] for item in page["items"]}
        cursor = page["next_cursor"] or ""
        if not cursor:
            return Moves(len(tickets), complete=True)
    return Moves(len(tickets), complete=False)


def _of_policy(step: Step, house: House) -> Moves | None:
    """By a replay of the policy's tickets; unknown while it names a calendar yet to be made."""
    assert step.running is not None
    draft = {name: step.running[name] for name in PolicyIn.model_fields if name in step.running}
    draft |= step.fields
    running = {row["id"] for row in house.every(PLACES["calendars"])}
    if not _calendars(draft) <= running:
        return None
    body = {"policy": draft, "of_policy": step.running["id"], "days": _DAYS, "limit": 0}
    answer = house.post(f"{PLACES['policies']}/simulate", body)
    return Moves(answer["changes"]["open_moved"], complete=not answer["truncated"])


def _calendars(value: Any) -> set[str]:
    """Ids of the calendars that a policy names anywhere."""
    if isinstance(value, list):
        return set().union(*map(_calendars, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    own = value.get("calendar")
    named = {own} if isinstance(own, str) and own != "always_open" else set()
    return named.union(*map(_calendars, value.values())) if value else named


def version_body(step: Step) -> Row:
    """A calendar's next version: the fields that differ, and from when."""
    return {**changed(step), **step.entry.instructions}


def changed(step: Step) -> Row:
    """The fields that differ, whole."""
    names = {one.path.partition(".")[0].partition("[")[0] for one in step.differences}
    return {name: step.fields[name] for name in step.fields if name in names}
