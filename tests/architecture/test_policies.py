"""Every door has one policy, and the doors are those that the committed document names."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant

from deploy.local.layout import SERVICES
from deploy.openapi import TARGET
from shared.kit.auth import Door, Policy
from shared.kit.http import DoorRoute
from shared.kit.service import Service

PLAIN = {"/livez", "/readyz", "/metrics", "/internal/openapi.json"}
"""Answers without people's data to machines on the operations listener, which the edge never
routes; they must work while nobody can sign in, so no policy guards them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the inventory."""

    service: str
    listener: str
    verb: str
    path: str
    policy: Policy

    def line(self) -> str:
        rights = self.policy.scope or self.policy.reason or ",".join(sorted(self.policy.services))
        roles = f" as {'/'.join(sorted(self.policy.roles))}" if self.policy.roles else ""
        what = f"{self.service:11}{self.listener:11}{self.verb:7}{self.path}"
        return f"{what:90} {self.policy.kind}: {rights}{roles}"


def service(name: str) -> Service:
    found: Service = importlib.import_module(f"services.{name}.main").service
    return found


def routes(name: str) -> Iterator[tuple[str, DoorRoute]]:
    for listener, app in (("public", service(name).app), ("operations", service(name).ops)):
        for route in app.routes:
            if listener == "operations" and getattr(route, "path", None) in PLAIN:
                continue
            assert isinstance(route, DoorRoute), f"{name}: {route} is not a door"
            yield listener, route


def inventory() -> list[Row]:
    return [
        Row(name, listener, verb, route.path_format, route.policy)
        for name in SERVICES
        for listener, route in routes(name)
        for verb in sorted(route.methods or ())
    ]


def asked(dependant: Dependant) -> list[Policy]:
    """The policies in a signature as it is written, before the kit hands anything over."""
    deeper = [policy for one in dependant.dependencies for policy in asked(one)]
    return [dependant.call.policy, *deeper] if isinstance(dependant.call, Door) else deeper


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_of_both_listeners_declares_exactly_one_policy(name: str) -> None:
    found = list(routes(name))
    assert found
    for listener, route in found:
        signature = get_dependant(path=route.path_format, call=route.endpoint)
        doors = [one.dependency for one in route.dependencies]
        outside = [door.policy for door in doors if isinstance(door, Door)]
        assert [*asked(signature), *outside] == [route.policy], f"{listener} {route.path}"


def test_every_public_route_says_why_in_words() -> None:
    silent = [
        row.line()
        for row in inventory()
        if row.policy.kind == "public" and len(row.policy.reason.split()) < 3
    ]
    assert silent == []


def test_the_two_listeners_keep_their_kinds_of_callers() -> None:
    """People never open an operations door; services never need a public one."""
    misplaced = [
        row.line()
        for row in inventory()
        if (row.policy.kind == "internal") == (row.listener == "public")
        and (row.policy.kind, row.listener) != ("public", "operations")
    ]
    assert misplaced == []


def test_no_two_services_offer_the_same_public_call() -> None:
    calls = [(row.verb, row.path) for row in inventory() if row.listener == "public"]
    assert sorted(calls) == sorted(set(calls))


def test_the_printed_inventory_equals_the_committed_document() -> None:
    rows = [row for row in inventory() if row.listener == "public"]
    print("\n".join(row.line() for row in inventory()))
    document = json.loads(TARGET.read_text(encoding="utf-8"))["paths"]
    verbs = {"get", "put", "post", "delete", "patch", "head", "options"}
    described = {
        (verb.upper(), path) for path, item in document.items() for verb in verbs & item.keys()
    }
    assert {(row.verb, row.path) for row in rows} == described
