"""The failures that only escalation knows."""

from shared.kit.problems import Problem
from shared.vocabulary import Localized


class NotRaised(Problem):
    """A rung that was passed over has nobody who could take it."""

    status = 409
    code = "escalation_not_raised"
    title = Localized(ar="لم يُرفع هذا التصعيد إلى أحد", en="This escalation reached nobody")
    detail = Localized(
        ar="لا يمكن استلام درجة تصعيد تم تجاوزها.",
        en="A rung that was passed over cannot be acknowledged.",
    )


class UnknownColleague(Problem):
    """The absent person or the deputy is nobody here, or nobody whom the caller may name."""

    status = 404
    code = "unknown_colleague"
    title = Localized(ar="زميل غير معروف", en="Unknown colleague")
    detail = Localized(
        ar="الشخص المذكور ليس من فريق العمل، أو حسابه معطّل، أو لا يمكنك تسميته هنا.",
        en="The person named does not work here, is disabled, or is not yours to name here.",
    )
