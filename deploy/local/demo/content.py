"""The written part of the demonstration, as it lies in `data/`."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Script:
    """One ticket: how it comes in, and what people then do with it, in order."""

    name: str
    organization: str
    via: str
    who: str
    to: str
    subject: str
    body: str
    steps: tuple[tuple[Any, ...], ...]
    priority: str = ""
    by: str = ""
    """Who wrote it down, when it came by phone."""


@dataclass(frozen=True, slots=True)
class Content:
    """Who there is, what they were promised, and what they write."""

    organizations: list[dict[str, Any]]
    departments: list[dict[str, Any]]
    people: list[dict[str, Any]]
    policies: list[dict[str, Any]]
    contracts: list[dict[str, Any]]
    scripts: list[Script] = field(default_factory=list)

    def address(self, person: dict[str, Any]) -> str:
        """Customers write from their company's first domain, staff from the desk's."""
        of = person.get("organization", "")
        domains = (one["domains"][0] for one in self.organizations if one["key"] == of)
        return f"{person['key']}@{next(domains, 'desk.example')}"


def load() -> Content:
    """All of it, read anew."""
    company = json.loads((_DATA / "company.json").read_text("utf-8"))
    content = Content(**company)
    for organization in content.organizations:
        content.scripts.extend(_scripts(organization["key"]))
    return content


def _scripts(organization: str) -> list[Script]:
    told = json.loads((_DATA / f"{organization}.json").read_text("utf-8"))
    return [
        Script(
            name=f"{organization}-{number:02}",
            organization=organization,
            steps=tuple(tuple(step) for step in one.pop("steps")),
            **one,
        )
        for number, one in enumerate(told, start=1)
    ]
