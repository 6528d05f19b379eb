"""What customers and their own programs see of an event."""

import pytest

from services.notify.domain.outside import for_house, others, outside, strangers, unnamed


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        (("open", "spam", "spam"), ("open", "closed", "close")),
        (("spam", "new", "unspam"), ("closed", "new", "reopen")),
        (("open", "resolved", "resolve"), ("open", "resolved", "resolve")),
        (("open", "waiting_customer", None), ("open", "waiting_customer", None)),
    ],
)
def test_spam_is_closed_to_customers(
    told: tuple[str, str, str | None], seen: tuple[str, str, str | None]
) -> None:
    names = ("from_status", "to_status", "cause")
    data = dict(zip(names, told, strict=True)) | {"ticket_id": "x"}
    shown = outside("ticket.status_changed.v1", data)
    assert shown is not None
    assert tuple(shown[name] for name in names) == seen
    assert shown["ticket_id"] == "x"


def test_a_cause_of_another_kind_of_event_stays_as_it_is() -> None:
    assert outside("sla.paused.v1", {"cause": "spam", "ladder": []}) == {"cause": "spam"}


@pytest.mark.parametrize("states", [("closed", "spam"), ("spam", "closed")])
def test_nothing_happens_to_a_closed_ticket_that_is_set_aside(states: tuple[str, str]) -> None:
    data = dict(zip(("from_status", "to_status"), states, strict=True)) | {"cause": "spam"}
    assert outside("ticket.status_changed.v1", data) is None
    assert for_house(data)


def test_nobody_closes_what_time_would_have_closed() -> None:
    data = {"from_status": "resolved", "to_status": "spam", "cause": "spam", "actor_id": "a"}
    shown = outside("ticket.status_changed.v1", data)
    assert shown is not None
    assert (shown["to_status"], shown["actor_id"]) == ("closed", None)


def test_what_is_for_customers_alone_does_not_say_so() -> None:
    data = {"ticket_id": "t", "cause": "staff", "outside": True}
    assert not for_house(data)
    assert outside("ticket.closed.v1", data) == {"ticket_id": "t", "cause": "staff"}
    assert outside("ticket.closed.v1", data | {"outside": False}) == outside(
        "ticket.closed.v1", data
    )


def test_other_tickets_are_named_only_where_they_are_seen() -> None:
    data = {"ticket_id": "t", "other_id": "x", "into_id": "y", "from_id": None, "kind": "incident"}
    assert others("ticket.linked.v1", data) == {"x", "y"}
    assert strangers("ticket.linked.v1", data) == {"x"}
    assert others("sla.breached.v1", data) == frozenset()
    assert unnamed(data, {"x"}) == data | {"other_id": None}
    assert unnamed(data, frozenset()) == data
