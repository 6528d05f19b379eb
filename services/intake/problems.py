"""Failures of intake that callers can act upon."""

from shared.kit.problems import Conflict, Problem
from shared.vocabulary import Localized


class EmptyMail(Problem):
    status = 422
    code = "empty_mail"
    title = Localized(ar="الرسالة فارغة", en="The mail is empty")
    detail = Localized(
        ar="يجب أن يحمل جسم الطلب رسالة بريد كاملة (message/rfc822).",
        en="The body must be a whole mail message (message/rfc822).",
    )


class NotReleasable(Conflict):
    code = "mail_not_releasable"
    title = Localized(ar="لا يمكن الإفراج عن الرسالة", en="The mail cannot be released")
    detail = Localized(
        ar="يُفرج فقط عن الرسائل المحتجزة أو المعزولة أو المكررة؛ حالة هذه الرسالة {state}.",
        en="Only held, quarantined or duplicate mails can be released; this one is {state}.",
    )
