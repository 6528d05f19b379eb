"""Failures of taking a ticket."""

from shared.kit.problems import Conflict
from shared.vocabulary import Localized


class AlreadyTaken(Conflict):
    """`assignee_id` says who has it."""

    code = "already_taken"
    title = Localized(ar="التذكرة لدى زميل", en="A colleague has the ticket")
    detail = Localized(
        ar="أخذ زميل هذه التذكرة قبلك. اختر غيرها، أو اطلب إسنادها إليك.",
        en="A colleague took this ticket before you. Choose another, or have it assigned to you.",
    )
