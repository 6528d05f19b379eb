"""HTTP bodies of intake."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from typing_extensions import override

from services.intake.domain.words import State
from services.intake.store.mails import Row
from services.intake.usecases.operate import Shown
from shared.kit.model import Body, Instant, Out
from shared.reasons import explained
from shared.vocabulary import Locale, MailClass, SenderAuth


class AcceptedOut(Out):
    id: UUID
    state: State


class PersonOut(Out):
    email: str
    name: str


class FileOut(Out):
    id: UUID
    name: str
    original_name: str = ""
    media_type: str
    size: int
    sha256: str
    content_id: str | None = None
    inline: bool = False


class ReasonOut(Out):
    """One reason in the reader's language."""

    code: str
    text: str


class MailSummary(Out):
    """A mail in a list; `explained` says in words why it stands where it stands."""

    model_config = ConfigDict(populate_by_name=True)

    id: UUID
    state: State
    channel: str
    mail_class: MailClass | None = Field(None, serialization_alias="class")
    sender_auth: SenderAuth | None = None
    decision: str | None = None
    ticket_id: UUID | None = None
    department_id: UUID | None = None
    duplicate_of: UUID | None = None
    degraded: bool = False
    reasons: list[str]
    because: list[str] = Field(default_factory=list)
    """What the decision rests on: proof, class, match, and who the sender is to the ticket."""
    explained: list[ReasonOut] = Field(default_factory=list)
    received_at: Instant
    size: int
    subject: str
    sender: PersonOut = Field(serialization_alias="from")

    @classmethod
    def of(cls, shown: Shown) -> Self:
        return cls(**cls._told(shown))

    def explained_in(self, locale: Locale) -> Self:
        """With its reasons in words."""
        words = explained([*self.because, *self.reasons], locale)
        return self.model_copy(update={"explained": [ReasonOut(**one) for one in words]})

    @classmethod
    def _told(cls, shown: Shown) -> dict[str, Any]:
        row = shown.row
        kept = ("id", "state", "channel", "mail_class", "sender_auth", "decision", "ticket_id")
        more = ("department_id", "duplicate_of", "degraded", "received_at", "size", "because")
        told: dict[str, Any] = {name: getattr(row, name) for name in (*kept, *more)}
        return {
            **told,
            "reasons": [*row.reasons, *row.flags],
            "subject": shown.subject,
            "sender": PersonOut(**shown.sender),
        }


class SteeredOut(Out):
    """Where a person wants the mail to go once it is released."""

    department_id: UUID | None = None
    ticket_id: UUID | None = None
    new_ticket: bool = False
    """Into a new ticket, whichever the mail names."""


class MailOut(MailSummary):
    """One mail; `visible_text` is what the writer wrote now, `quoted_text` what was quoted.

    `directions` names `rtl` or `ltr` for each paragraph of `body_text` (blank lines part them). A
    picture in `body_html` has `src="cid:<id of an attachment>"`.
    """

    match: str | None = None
    released: bool = False
    decided_by: UUID | None = None
    refused: str | None = None
    """What the person said who refused it."""
    steered: SteeredOut = Field(default_factory=SteeredOut)
    copied: tuple[str, ...] = ()
    """Others in To and Cc: proposed as participants."""
    message_id: str | None = None
    body_text: str = ""
    visible_text: str = ""
    quoted_text: str = ""
    body_html: str | None = None
    directions: tuple[str, ...] = ()
    attachments: tuple[FileOut, ...] = ()

    @classmethod
    @override
    def of(cls, shown: Shown) -> Self:
        mail = shown.mail
        row = shown.row
        steered = SteeredOut(
            department_id=row.steered_department_id,
            ticket_id=row.steered_ticket_id,
            new_ticket=row.steered_new,
        )
        words: dict[str, Any] = {
            **{name: getattr(row, name) for name in ("match", "released", "decided_by")},
            "refused": shown.refused,
            "steered": steered,
        }
        if mail is not None:
            words |= {
                "message_id": mail.message_id or None,
                "body_text": mail.body_text,
                "visible_text": mail.visible_text,
                "quoted_text": mail.quoted_text,
                "body_html": mail.body_html,
                "directions": mail.directions,
                "copied": mail.copied,
            }
        files = tuple(FileOut.model_validate(file) for file in shown.files)
        return cls(**cls._told(shown), **words, attachments=files)


class MailPage(Out):
    items: list[MailSummary]
    next_cursor: str | None


class ContentOut(MailOut):
    """A mail as the other services fetch it; the first mail of a ticket is not stripped."""

    in_reply_to: str | None = None
    references: tuple[str, ...] = ()

    @classmethod
    @override
    def of(cls, shown: Shown) -> Self:
        told, mail = super().of(shown), shown.mail
        if mail is None:
            return told
        more: dict[str, Any] = {"in_reply_to": next(iter(mail.in_reply_to), None)}
        more["references"] = mail.references
        if shown.row.decision == "new":
            more |= {"visible_text": mail.body_text, "quoted_text": ""}
        return told.model_copy(update=more)


class ContentsIn(Body):
    mail_ids: Annotated[list[UUID], Field(max_length=200)]


class ContentsOut(Out):
    items: list[ContentOut]


class MovedOut(Out):
    """Where a mail stands after an operator's word."""

    id: UUID
    state: State
    decision: str | None
    ticket_id: UUID | None

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(id=row.id, state=row.state, decision=row.decision, ticket_id=row.ticket_id)
