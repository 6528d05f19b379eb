"""What a policy file wants: entries by key, checked as strictly as the desk's own doors do.

A calendar, policy or contract is found again by its `id`; without one by its name (contracts by
customer, kind and first day). Fields that are left out stay as they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from pydantic import BaseModel, ValidationError

from deploy.local.policy.yamlfile import BadFile, Path, Source
from services.sla.schemas.calendars import CalendarIn, VersionIn
from services.sla.schemas.contracts import ContractIn, ContractPatch
from services.sla.schemas.policies import PolicyIn, PolicyPatch
from shared.worktime import InvalidCalendar, read_calendar

FORMAT: Final = 1
KINDS: Final = ("calendars", "policies", "contracts")
ALWAYS_OPEN: Final = "always_open"
INSTRUCTIONS: Final = ("effective_from", "retroactive")
_APART: Final = frozenset({"id", "version"})
_SPACE: Final = UUID("5a6e6164-0000-8000-8000-706f6c696379")
_MOST: Final = 5_000

Fields = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One object of the file; `fields` are in the form in which the desk keeps them."""

    kind: str
    key: str
    path: Path
    id: str | None
    version: int | None
    fields: Fields
    instructions: Fields

    @property
    def label(self) -> str:
        name = self.fields.get("name")
        text = name.get("en") if isinstance(name, dict) else name
        return f"{self.key} ({text})" if text and text != self.key else self.key


def stand_in(key: str) -> str:
    """An id for a calendar or policy that the file will make; replaced when it is made."""
    return str(uuid5(_SPACE, key))


def wanted(source: Source) -> list[Entry]:
    """Every entry of the file in the order in which it can be made."""
    data = _mapping(source, source.data, ())
    _only(source, data, {"sanad", *KINDS}, ())
    if data.get("sanad") != FORMAT:
        raise BadFile(f"{source.at(('sanad',))}: `sanad: {FORMAT}` is missing")
    found = [entry for kind in KINDS for entry in _entries(source, data, kind)]
    _once(source, found)
    return found


def _entries(source: Source, data: Mapping[str, Any], kind: str) -> Iterator[Entry]:
    raw = _mapping(source, data.get(kind) or {}, (kind,))
    if len(raw) > _MOST:
        raise BadFile(f"{source.at((kind,))}: more than {_MOST}")
    known = {k: _names(source, data, k) for k in ("calendars", "policies")}
    for key in raw:
        yield _entry(source, kind, key, known)


def _names(source: Source, data: Mapping[str, Any], kind: str) -> dict[str, str]:
    """What each key of the file stands for: an id, or a stand-in for one."""
    found = {}
    for key, entry in _mapping(source, data.get(kind) or {}, (kind,)).items():
        named = entry.get("id") if isinstance(entry, dict) else None
        found[key] = str(named) if named else stand_in(f"{kind}/{key}")
    return found


def _entry(source: Source, kind: str, key: str, known: Mapping[str, Mapping[str, str]]) -> Entry:
    path: Path = (kind, key)
    raw = dict(_mapping(source, source.data[kind][key], path))
    identity, version = raw.pop("id", None), raw.pop("version", None)
    if identity is not None and not _is_uuid(identity):
        raise BadFile(f"{source.at((*path, 'id'))}: not an id")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise BadFile(f"{source.at((*path, 'version'))}: a version is a whole number")
    resolved = _REFER[kind](source, raw, path, known)
    is_new = identity is None
    checked = _checked(source, kind, resolved, path, is_new=is_new)
    instructions: Fields = {name: checked.pop(name) for name in INSTRUCTIONS if name in checked}
    return Entry(kind, key, path, identity, version, checked, instructions)


def _checked(source: Source, kind: str, raw: Fields, path: Path, *, is_new: bool) -> Fields:
    """By the same schema as the desk's door; only fields that the file names."""
    if kind == "calendars":
        return _calendar(source, raw, path)
    models: dict[tuple[str, bool], type[BaseModel]] = {
        ("policies", True): PolicyIn,
        ("policies", False): PolicyPatch,
        ("contracts", True): ContractIn,
        ("contracts", False): ContractPatch,
    }
    model = models[kind, is_new]
    customer = raw.pop("organization_id", None) if model is ContractPatch else None
    found = _modelled(source, model, raw, path)
    return {**found, "organization_id": customer} if customer else found


def _calendar(source: Source, raw: Fields, path: Path) -> Fields:
    """The name belongs to the calendar, the rest to its versions."""
    name = _modelled(source, CalendarIn, {"name": raw.pop("name", "?")}, path)
    found = _modelled(source, VersionIn, raw, path)
    document = {key: value for key, value in found.items() if key not in INSTRUCTIONS}
    try:
        read_calendar({"timezone": "UTC", **document})
    except InvalidCalendar as error:
        place = tuple(part for part in getattr(error, "pointer", "").split("/") if part)
        raise BadFile(f"{source.at((*path, *_numbers(place)))}: {error}") from None
    return {**(name if name["name"] != "?" else {}), **found}


def _numbers(place: Path) -> Path:
    return tuple(int(part) if str(part).isdigit() else part for part in place)


def _modelled(source: Source, model: type[BaseModel], raw: Fields, path: Path) -> Fields:
    try:
        checked = model.model_validate(raw)
    except ValidationError as error:
        complaint = error.errors(include_url=False)[0]
        place = (*path, *complaint["loc"])
        raise BadFile(f"{source.at(place)}: {_dotted(place)}: {complaint['msg']}") from None
    dumped = checked.model_dump(mode="json")
    return {name: dumped[name] for name in raw if name in dumped}


def _refer_calendar(_: Source, raw: Fields, __: Path, ___: object) -> Fields:
    return raw


def _refer_policy(
    source: Source, raw: Fields, path: Path, known: Mapping[str, Mapping[str, str]]
) -> Fields:
    """Calendars are named by their key in the file, or by id."""

    def named(value: Any, place: Path) -> Any:
        if isinstance(value, dict):
            return {key: _named_or(key, one, (*place, key)) for key, one in value.items()}
        if isinstance(value, list):
            return [named(one, (*place, index)) for index, one in enumerate(value)]
        return value

    def _named_or(key: str, value: Any, place: Path) -> Any:
        if key == "calendar" and isinstance(value, str):
            return _refer(source, value, place, known["calendars"])
        return named(value, place)

    found: Fields = named(raw, path)
    return found


def _refer_contract(
    source: Source, raw: Fields, path: Path, known: Mapping[str, Mapping[str, str]]
) -> Fields:
    found = dict(raw)
    for field, name, kind in (
        ("policy", "policy_id", "policies"),
        ("calendar", "calendar_id", "calendars"),
    ):
        if field in found:
            value = found.pop(field)
            found[name] = value and _refer(source, str(value), (*path, field), known[kind])
    if isinstance(found.get("policies"), list):
        names = enumerate(found.pop("policies"))
        places = ((str(name), (*path, "policies", number)) for number, name in names)
        found["policy_ids"] = [_refer(source, name, at, known["policies"]) for name, at in places]
    return found


def _refer(source: Source, value: str, place: Path, known: Mapping[str, str]) -> str:
    if value == ALWAYS_OPEN or _is_uuid(value):
        return value
    if value not in known:
        raise BadFile(f"{source.at(place)}: {_dotted(place)}: nothing here is called {value!r}")
    return known[value]


_REFER: Final[Mapping[str, Any]] = {
    "calendars": _refer_calendar,
    "policies": _refer_policy,
    "contracts": _refer_contract,
}


def _once(source: Source, entries: list[Entry]) -> None:
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        if entry.id and seen.setdefault((entry.kind, entry.id), entry) is not entry:
            raise BadFile(f"{source.at((*entry.path, 'id'))}: this id stands twice")


def _mapping(source: Source, data: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise BadFile(f"{source.at(path)}: {_dotted(path) or 'the file'}: expected keys")
    return data


def _only(source: Source, data: Mapping[str, Any], known: set[str], path: Path) -> None:
    for name in data:
        if name not in known:
            raise BadFile(f"{source.at((*path, name))}: unknown key {name!r}")


def _is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)
