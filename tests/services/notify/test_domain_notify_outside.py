"""What customers and their own programs see of an event."""

import pytest

from services.notify.domain.outside import for_house, others, outside, strangers, unnamed
from shared.events.catalogue import BOOK

_ALL = frozenset({"ticket_id", "organization_id", "at"})
_TOLD = {
    "ticket.opened.v1": "number requester_id department_id assignee_id priority requested_priority"
    " status channel locale message_id author_kind automatic follow_up_of split_from outage",
    "ticket.message_added.v1": "message_id direction public author_id author_kind automatic channel"
    " moved",
    "ticket.priority_changed.v1": "from_priority to_priority actor_id",
    "ticket.status_changed.v1": "from_status to_status actor_id cause",
    "ticket.assigned.v1": "assignee_id actor_id cause",
    "ticket.department_changed.v1": "from_department_id to_department_id actor_id",
    "ticket.wait_started.v1": "waiting_for actor_id message_id",
    "ticket.resolved.v1": "actor_id message_id reopen_until reopen_count incident_id",
    "ticket.reopened.v1": "actor_id message_id reopen_count cause",
    "ticket.closed.v1": "actor_id cause",
    "ticket.merged.v1": "into_id actor_id",
    "ticket.unmerged.v1": "from_id actor_id",
    "ticket.split.v1": "new_id message_ids answered actor_id",
    "ticket.linked.v1": "other_id kind actor_id",
    "ticket.unlinked.v1": "other_id kind actor_id",
    "ticket.feedback_given.v1": "score",
    "ticket.edited.v1": "fields actor_id outage",
    "ticket.escalation_requested.v1": None,
    "sla.warning.v1": "metric point due_at before_seconds",
    "sla.breached.v1": "metric cycle due_at breached_at fired_at cause priority department_id"
    " policy_id policy_version",
    "sla.met.v1": "metric cycle met_at due_at counted_seconds",
    "escalation.raised.v1": "escalation_id metric level to_role action cause due_at",
    "escalation.acknowledged.v1": "escalation_id level",
    "escalation.ended.v1": "escalation_id metric reason",
}
"""Of every kind that partners hear, what customers do; None where they hear nothing of it.

Whoever adds a member or a kind decides here whether it is theirs to know."""


def test_of_every_event_somebody_has_decided_what_customers_hear() -> None:
    heard = {entry.fact.TYPE: entry.fact for entry in BOOK if entry.partner_visible}
    assert set(heard) == set(_TOLD)
    for kind, fact in heard.items():
        told = outside(kind, dict.fromkeys(fact.model_fields))
        allowed = _TOLD[kind]
        assert (told and set(told)) == (None if allowed is None else _ALL | set(allowed.split()))


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
