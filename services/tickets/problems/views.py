"""Failures of saved views."""

from typing import Final

from shared.kit.problems import Conflict, Forbidden
from shared.vocabulary import Localized


class TooManyViews(Conflict):
    code = "too_many_views"
    title = Localized(ar="عروض كثيرة", en="Too many views")
    detail = Localized(
        ar="بلغت العروض المحفوظة هنا حدها، وهو {most}. احذف عرضًا لا تحتاجه.",
        en="There are {most} saved views here, which is the most. Delete one that is not needed.",
    )


class SharingRefused(Forbidden):
    code = "sharing_refused"
    title = Localized(ar="المشاركة غير مسموحة", en="Sharing is not allowed")
    detail = Localized(
        ar="لا يشارك العروض إلا المديرون، مع الجميع أو مع أقسامهم، ومسؤولو النظام.",
        en="Only managers share views, with everybody or their departments, and administrators.",
    )


DEPARTMENT_NEEDED: Final = Localized(
    ar="العرض المشترك مع قسم يحتاج قسمًا، وغيره بلا قسم",
    en="A view shared with a department needs one, and no other view has one",
)
