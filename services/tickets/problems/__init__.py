"""Failures of the tickets service that callers can act upon."""

from collections.abc import Sequence
from typing import Final

from services.tickets.domain.stories import NOTHING, STATUS_WORDS, VERB_WORDS
from services.tickets.problems.feedback import (
    SCORE_DOES_NOT_REOPEN,
    FeedbackExpired,
    FeedbackPassed,
    FeedbackReopenOver,
    FeedbackSettled,
)
from services.tickets.problems.files import (
    ChecksumMismatch,
    ChecksumUnknown,
    DownloadInvalid,
    FileInfected,
    FileWithheld,
    FormBusy,
    FormShareFull,
    NotInline,
    PreviewAbsent,
    PreviewPending,
    RangeInvalid,
    TooManyFormUploads,
    TusVersion,
    UploadFinished,
    UploadMismatch,
    UploadsUnused,
    UploadUnknown,
)
from services.tickets.problems.form import (
    PROOF_MISSING,
    PROOF_TWICE,
    CaptchaAway,
    CaptchaInvalid,
    CaptchaUnset,
    ProofInvalid,
    ProofSpent,
    TooManyForms,
)
from shared.kit.problems import Conflict, IllegalTransition, Problem
from shared.vocabulary import Localized, Status

__all__ = [
    "PROOF_MISSING",
    "PROOF_TWICE",
    "SCORE_DOES_NOT_REOPEN",
    "CaptchaAway",
    "CaptchaInvalid",
    "CaptchaUnset",
    "ChecksumMismatch",
    "ChecksumUnknown",
    "DownloadInvalid",
    "FeedbackExpired",
    "FeedbackPassed",
    "FeedbackReopenOver",
    "FeedbackSettled",
    "FileInfected",
    "FileWithheld",
    "FormBusy",
    "FormShareFull",
    "NotInline",
    "PreviewAbsent",
    "PreviewPending",
    "ProofInvalid",
    "ProofSpent",
    "RangeInvalid",
    "TooManyFormUploads",
    "TooManyForms",
    "TusVersion",
    "UploadFinished",
    "UploadMismatch",
    "UploadUnknown",
    "UploadsUnused",
]


class TicketEnded(Conflict):
    """A customer wrote to a ticket whose time for that is over."""

    code = "ticket_ended"
    title = Localized(ar="انتهت التذكرة", en="The ticket has ended")
    detail = Localized(
        ar="انتهت مهلة إعادة فتح هذه التذكرة. افتح تذكرة جديدة من فضلك.",
        en="The time for reopening this ticket is over. Please open a new ticket.",
    )


class NeverReopens(TicketEnded):
    """Closed without a resolution: there never was a time for reopening."""

    detail = Localized(
        ar="أُغلقت هذه التذكرة دون حل، ولا يُعاد فتحها. افتح تذكرة جديدة من فضلك.",
        en="This ticket was closed without a resolution and is not reopened. Please open a new"
        " ticket.",
    )


class ReopenedTooOften(Conflict):
    code = "reopened_too_often"
    title = Localized(ar="أُعيد فتح التذكرة مرارًا", en="Reopened too often")
    detail = Localized(
        ar="أُعيد فتح هذه التذكرة مرات كثيرة خلال يوم واحد. حاول غدًا، أو افتح تذكرة جديدة.",
        en="This ticket was reopened many times within a day. Try again tomorrow, or open a"
        " new one.",
    )


class IllegalMove(IllegalTransition):
    """Says in words where the ticket stands and what may be done; `legal` is for programs."""

    detail = Localized(
        ar="هذا الإجراء غير ممكن لأن التذكرة {state}. الممكن الآن: {verbs}.",
        en="This cannot be done while the ticket is {state}. Possible now: {verbs}.",
    )

    def __init__(self, status: Status, legal: Sequence[str]) -> None:
        verbs = [VERB_WORDS[str(verb)] for verb in legal] or [NOTHING]
        told = Localized(
            ar="، ".join(one["ar"] for one in verbs), en=", ".join(one["en"] for one in verbs)
        )
        super().__init__(legal=legal, words={"state": STATUS_WORDS[status.value], "verbs": told})


class ReplyRequired(Conflict):
    """Waiting for a customer who has not been written to would stop the clock for nothing."""

    code = "illegal_transition"
    title = Localized(ar="يلزم الرد أولًا", en="A reply is needed first")
    detail = Localized(
        ar="لا يمكن انتظار العميل قبل الرد عليه. أرسل رسالة مع الطلب.",
        en="The customer cannot be waited for before being answered. Send a message with it.",
    )


class NotRatable(Conflict):
    code = "not_ratable"
    title = Localized(ar="التقييم غير متاح", en="Feedback is not open")
    detail = Localized(
        ar="يمكن التقييم بعد حل التذكرة.",
        en="Feedback can be given once the ticket is resolved.",
    )


class MergedAway(NotRatable):
    """It may have been solved before: what counts is how the other one ends."""

    title = Localized(ar="دُمجت التذكرة", en="The ticket was merged")
    detail = Localized(
        ar="دُمجت هذه التذكرة في تذكرة أخرى، فلم يعد حلها وحدها يُقيَّم.",
        en="This ticket was merged into another one, so its own resolution is no longer rated.",
    )


class LinkInvalid(Problem):
    status = 404
    code = "link_invalid"
    title = Localized(ar="رابط غير صالح", en="Invalid link")
    detail = Localized(
        ar="هذا الرابط غير صالح أو لم يعد صالحًا.",
        en="This link is not valid, or no longer valid.",
    )


DEPARTMENT_UNKNOWN: Final = Localized(ar="قسم غير معروف", en="No such department")
ASSIGNEE_UNKNOWN: Final = Localized(
    ar="لا يوجد موظف بهذا المعرّف يمكن الإسناد إليه",
    en="There is nobody with this id to whom a ticket can be assigned",
)
ORGANIZATION_UNKNOWN: Final = Localized(ar="مؤسسة غير معروفة", en="No such organization")
UPLOAD_UNKNOWN: Final = Localized(
    ar="رفع غير معروف، أو انتهت مدته", en="This upload is unknown, or has run out"
)
UPLOAD_UNFINISHED: Final = Localized(
    ar="لم يكتمل رفع هذا الملف بعد", en="This upload is not finished yet"
)
UPLOAD_PART: Final = Localized(
    ar="هذا جزء من ملف: اجمع الأجزاء أولًا برفع \u2068Upload-Concat: final\u2069 وأرسل معرّفه",
    en="This is a part of a file: join the parts by an upload with Upload-Concat: final, and name"
    " that one",
)
UPLOAD_USED: Final = Localized(
    ar="استُخدم هذا الرفع في رسالة من قبل", en="This upload was used by a message already"
)
TICKET_UNKNOWN: Final = Localized(ar="لا توجد تذكرة بهذا المعرّف", en="No such ticket")
TOO_MANY_FILES: Final = Localized(ar="ملفات كثيرة جدًا", en="Too many files")
STAFF_ONLY: Final = Localized(ar="للموظفين فقط", en="Only staff may set this")
PARTICIPANT_ELSEWHERE: Final = Localized(
    ar="صاحب هذا العنوان ليس من مؤسسة التذكرة، ولا يشارك فيها إلا أهلها."
    " أما الزميل فأضِفه متابعًا في \u2068watchers\u2069",
    en="This address is not of the ticket's organization, and only its people take part."
    " A colleague is added to the watchers",
)
ADDRESS_REFUSED: Final = Localized(ar="عنوان غير مقبول", en="This address is not accepted")
