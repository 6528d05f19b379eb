"""Why a rating is not taken, or does not reopen; each says what can be done instead."""

from typing import Final

from shared.kit.problems import Conflict, Problem
from shared.vocabulary import Localized


class FeedbackExpired(Problem):
    status = 410
    code = "feedback_expired"
    title = Localized(ar="انتهت مدة التقييم", en="The time for feedback is over")
    detail = Localized(
        ar="انتهت المدة التي يمكن فيها تقييم حل هذه التذكرة.",
        en="The time in which this resolution could be rated is over.",
    )


class FeedbackPassed(Conflict):
    """The link speaks of a resolution that did not last."""

    code = "feedback_superseded"
    title = Localized(ar="أُعيد فتح التذكرة", en="The ticket was reopened")
    detail = Localized(
        ar="أُعيد فتح هذه التذكرة بعد ذلك الحل. يمكنك التقييم من الرابط في رسالة الحل الأحدث، حين"
        " تصلك.",
        en="This ticket was reopened after that resolution. Please rate it by the link in the"
        " latest resolution mail, once you have it.",
    )


class FeedbackSettled(Conflict):
    """A program, or a finger that cannot decide; what was given last stays."""

    code = "feedback_changed_too_often"
    title = Localized(ar="تغيّر التقييم مرارًا", en="The rating was changed too often")
    detail = Localized(
        ar="غُيّر تقييم هذا الحل مرات كثيرة، ويبقى آخر تقييم سُجّل.",
        en="The rating of this resolution was changed many times; the one recorded last stays.",
    )


class FeedbackReopenOver(Conflict):
    """A low rating after the window; the rating itself is still welcome."""

    code = "ticket_ended"
    title = Localized(ar="انتهت مهلة إعادة الفتح", en="The time for reopening is over")
    detail = Localized(
        ar="انتهت مهلة إعادة فتح هذه التذكرة. إن بقيت المشكلة فأجب عن رسالة الحل لتُفتح تذكرة"
        " جديدة مرتبطة بهذه، أو افتح تذكرة جديدة. ويمكنك إرسال تقييمك دون إعادة الفتح.",
        en="The time for reopening this ticket is over. If the problem persists, answer the"
        " resolution mail and a linked ticket follows, or open a new one. Your rating can still be"
        " sent without reopening.",
    )


SCORE_DOES_NOT_REOPEN: Final = Localized(
    ar="هذا التقييم لا يعيد فتح التذكرة، بل التقييم المنخفض فقط",
    en="This score does not reopen the ticket; only a low one does",
)
