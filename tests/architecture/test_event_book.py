"""The event book and the code say the same, in both directions (style.md 3)."""

import ast
import importlib
import re
from typing import get_args

import pytest

from shared.events import escalation, identity, mail, notify, sla, ticket, timer, visitor
from shared.events.base import Fact
from shared.events.catalogue import BOOK, TYPES
from tests.architecture.source import below

SERVICES = ("gateway", "intake", "tickets", "sla", "escalation", "notify")
FAMILIES = (escalation, identity, mail, notify, sla, ticket, timer, visitor)
TYPE = re.compile(r"^(ticket|sla|timer|escalation|notify|mail|identity|visitor)\.[a-z_]+\.v\d+$")


def facts() -> set[type[Fact]]:
    return {
        value
        for family in FAMILIES
        for value in vars(family).values()
        if isinstance(value, type) and issubclass(value, Fact) and "TYPE" in vars(value)
    }


def stated_in(service: str) -> set[str]:
    """Names of fact classes that a service's code constructs."""
    names = {fact.__name__ for fact in facts()}
    return {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for module in below(f"services/{service}/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
    } & names


def test_every_fact_is_in_the_book_once() -> None:
    assert {entry.fact for entry in BOOK} == facts()
    assert len(TYPES) == len(BOOK)


def test_types_are_named_family_what_version() -> None:
    assert [name for name in TYPES if not TYPE.match(name)] == []


@pytest.mark.parametrize("entry", BOOK, ids=lambda entry: entry.fact.TYPE)
def test_every_fact_has_a_publisher_and_a_use(entry: object) -> None:
    from shared.events.catalogue import Entry

    assert isinstance(entry, Entry)
    assert set(entry.publisher) <= set(SERVICES)
    assert set(entry.listeners) <= set(SERVICES)
    assert entry.listeners or entry.partner_visible or entry.unheard
    assert not (entry.listeners and entry.unheard)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_states_what_the_book_says_and_nothing_else(service: str) -> None:
    booked = {entry.fact.__name__ for entry in BOOK if service in entry.publisher}
    assert stated_in(service) <= booked, "states facts that the book does not give it"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_listens_to_what_the_book_says(service: str) -> None:
    module = importlib.import_module(f"services.{service}.main")
    consumers = module.service.consumers
    heard = set() if consumers is None else {fact.TYPE for fact in consumers.facts()}
    booked = {entry.fact.TYPE for entry in BOOK if service in entry.listeners}
    assert heard == booked


def test_no_personal_text_travels_in_facts() -> None:
    personal = {"email", "address", "name", "subject", "body", "text", "phone", "comment"}
    allowed = {("DepartmentFact", "name"), ("IdentityDepartmentCreated", "name")}
    allowed |= {("IdentityDepartmentUpdated", "name")}
    found = {
        (fact.__name__, field)
        for fact in facts()
        for field in fact.model_fields
        if field in personal
    }
    assert found <= allowed


def test_fact_fields_are_ids_states_and_times() -> None:
    for fact in facts():
        for name, field in fact.model_fields.items():
            assert field.annotation is not dict, f"{fact.__name__}.{name} could carry anything"
            assert dict not in get_args(field.annotation)


def test_the_printed_book_is_fresh() -> None:
    from deploy.book import TARGET, render

    assert TARGET.read_text(encoding="utf-8") == render(), "run `make docs`"
