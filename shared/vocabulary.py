"""Words that wire and rules share; each value is stored, sent and translated as spelled here."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from typing_extensions import TypedDict


class Localized(TypedDict):
    """A text in both languages of the house."""

    ar: str
    en: str


class Locale(StrEnum):
    """The languages that a person can be answered in."""

    AR = "ar"
    EN = "en"


class Priority(StrEnum):
    """How urgent a ticket is; P1 stops all business work (requirements R2-R5)."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Status(StrEnum):
    """Where a ticket stands (contracts.md, ticket object)."""

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    SPAM = "spam"


class Role(StrEnum):
    """What a person is to the desk (requirements R8)."""

    CUSTOMER = "customer"
    CUSTOMER_ADMIN = "customer_admin"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    SENIOR_MANAGEMENT = "senior_management"
    EXECUTIVE = "executive"
    ADMIN = "admin"
    AUDITOR = "auditor"


CUSTOMER_ROLES: Final = frozenset({Role.CUSTOMER, Role.CUSTOMER_ADMIN})
STAFF_ROLES: Final = tuple(role for role in Role if role not in CUSTOMER_ROLES)


class Channel(StrEnum):
    """The door through which a ticket or message came."""

    WEB = "web"
    EMAIL = "email"
    PORTAL = "portal"
    API = "api"
    FORM = "form"
    PHONE = "phone"


class Metric(StrEnum):
    """A promise that a clock measures (sla.md 5.5)."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class Direction(StrEnum):
    """Which way a message went; internal notes never leave the house."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class AuthorKind(StrEnum):
    """Whose voice a message is, as the clock sees it."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"


class MailClass(StrEnum):
    """What kind of sender wrote a mail (mail.md 10)."""

    HUMAN = "human"
    LIST = "list"
    AUTO_GENERATED = "auto_generated"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LOOP = "loop"


class SenderAuth(StrEnum):
    """How far the From address of a mail is proven (mail.md 8)."""

    PASS = "pass"  # noqa: S105 - the word of Authentication-Results
    WEAK = "weak"
    NONE = "none"
    FAIL = "fail"


RESERVED_ORGANIZATION: Final = UUID("00000000-0000-7000-8000-000000000001")
"""Holds staff and senders whose domain belongs to no customer (decisions.md 10, 12)."""

DEFAULT_DEPARTMENT: Final = UUID("00000000-0000-7000-8000-000000000002")
"""Owns the support mailbox; tickets without another department go here (decisions.md 11)."""

COMPANY_CALENDAR: Final = UUID("00000000-0000-7000-8000-000000000003")
"""Sunday-Thursday 09:00-17:00 Asia/Riyadh as seeded; editable data (decisions.md 1)."""

DEFAULT_POLICY: Final = UUID("00000000-0000-7000-8000-000000000004")
"""Serves every ticket whose organization has no contract in force (contracts.md)."""

NUMBER_PREFIX: Final = "SND-"
"""A ticket's number as people write it: `SND-1042` (contracts.md)."""

REPLY_MARKER: Final = "## اكتب ردّك فوق هذا السطر · Write your reply above this line ##"
"""First line of a mail that can be answered; answers to it are cut there (mail.md 11)."""

SCORES: Final[dict[int, Localized]] = {
    1: Localized(ar="سيئة جدًا", en="Very poor"),
    2: Localized(ar="سيئة", en="Poor"),
    3: Localized(ar="مقبولة", en="Fair"),
    4: Localized(ar="جيدة", en="Good"),
    5: Localized(ar="ممتازة", en="Excellent"),
}
"""The scale of feedback, in the same words in the mail and on the page of its link."""

WEEKDAYS: Final = (
    Localized(ar="الاثنين", en="Monday"),
    Localized(ar="الثلاثاء", en="Tuesday"),
    Localized(ar="الأربعاء", en="Wednesday"),
    Localized(ar="الخميس", en="Thursday"),
    Localized(ar="الجمعة", en="Friday"),
    Localized(ar="السبت", en="Saturday"),
    Localized(ar="الأحد", en="Sunday"),
)
"""By `date.weekday()`: Monday first."""

MONTHS: Final = (
    Localized(ar="يناير", en="January"),
    Localized(ar="فبراير", en="February"),
    Localized(ar="مارس", en="March"),
    Localized(ar="أبريل", en="April"),
    Localized(ar="مايو", en="May"),
    Localized(ar="يونيو", en="June"),
    Localized(ar="يوليو", en="July"),
    Localized(ar="أغسطس", en="August"),
    Localized(ar="سبتمبر", en="September"),
    Localized(ar="أكتوبر", en="October"),
    Localized(ar="نوفمبر", en="November"),
    Localized(ar="ديسمبر", en="December"),
)
