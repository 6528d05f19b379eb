"""The words of a ticket's life: values that rules take and give."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.vocabulary import NUMBER_PREFIX, Channel, Locale, Priority, Status

DEFAULT_REOPEN_WINDOW = timedelta(hours=24)
"""Requirements R14; holds until `sla.clock_started` names the policy's own window."""


class Action(StrEnum):
    """What somebody does to a ticket that may move its status."""

    RESPOND = "respond"
    ANSWER = "answer"
    WAIT_FOR_CUSTOMER = "wait_for_customer"
    WAIT_FOR_THIRD_PARTY = "wait_for_third_party"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    MERGE = "merge"
    SPAM = "spam"
    UNMERGE = "unmerge"
    UNSPAM = "unspam"


class Verb(StrEnum):
    """What the API lets a caller ask for, as `illegal_transition` lists it."""

    ASSIGN = "assign"
    WAIT = "wait"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    ESCALATE = "escalate"
    MERGE = "merge"
    SPLIT = "split"
    LINK = "link"
    SPAM = "spam"
    UNMERGE = "unmerge"
    UNSPAM = "unspam"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the rules see it; no personal text."""

    id: UUID
    number: int
    organization_id: UUID
    requester_id: UUID
    department_id: UUID
    status: Status
    priority: Priority
    channel: Channel
    locale: Locale
    created_at: datetime
    version: int
    assignee_id: UUID | None = None
    requested_priority: Priority | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    reopen_until: datetime | None = None
    reopen_window: timedelta = DEFAULT_REOPEN_WINDOW
    reopen_moved: bool = False
    reopen_count: int = 0
    merged_into: UUID | None = None
    last_staff_message_at: datetime | None = None
    last_customer_message_at: datetime | None = None
    mail_reopens: tuple[datetime, ...] = ()
    tags: tuple[str, ...] = ()
    priority_settled: bool = False
    follow_up_of: UUID | None = None
    watching_department_ids: tuple[UUID, ...] = ()
    unconfirmed: bool = False
    status_before: Status | None = None
    """Where a ticket stood that was set aside (merged, spam), for the way back."""


_ARABIC_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def number_text(number: int) -> str:
    """The number as people write it: `SND-1042`."""
    return f"{NUMBER_PREFIX}{number}"


def parse_number(text: str) -> int | None:
    """The number behind `SND-1042` or `1042`, in either digits; None for anything else."""
    digits = text.strip().translate(_ARABIC_DIGITS).upper().removeprefix(NUMBER_PREFIX)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None
    return int(digits)
