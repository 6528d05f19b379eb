"""What customers and their own programs see of an event."""

import pytest

from services.notify.domain.outside import outside


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
    assert tuple(shown[name] for name in names) == seen
    assert shown["ticket_id"] == "x"


def test_a_cause_of_another_kind_of_event_stays_as_it_is() -> None:
    assert outside("sla.paused.v1", {"cause": "spam", "ladder": []}) == {"cause": "spam"}
