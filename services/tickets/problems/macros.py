"""Failures of macros and of bulk actions."""

from typing import Any, Final

from shared.kit.locale import isolate
from shared.kit.problems import Conflict, Problem
from shared.vocabulary import Localized


class MacroLoop(Problem):
    """Names the circle: which macro runs which, until the first comes again."""

    status = 422
    code = "macro_loop"
    keepable = False
    title = Localized(ar="حلقة بين الإجراءات الجاهزة", en="Macros run in a circle")
    detail = Localized(
        ar="هذا الإجراء الجاهز يشغّل نفسه في النهاية: {circle}.",
        en="This macro would end up running itself: {circle}.",
    )

    def __init__(self, names: list[tuple[str, Localized]]) -> None:
        circle = Localized(
            ar=" ← ".join(isolate(one["ar"]) for _, one in names),
            en=" → ".join(one["en"] for _, one in names),
        )
        loop: list[dict[str, Any]] = [{"macro_id": key, "name": name} for key, name in names]
        super().__init__(words={"circle": circle}, loop=loop)


class MacroTooDeep(Problem):
    status = 422
    code = "macro_too_deep"
    keepable = False
    title = Localized(ar="إجراءات جاهزة متداخلة كثيرًا", en="Macros are nested too deeply")
    detail = Localized(
        ar="يشغّل الإجراء الجاهز غيره إلى عمق يزيد على {deepest}.",
        en="A macro may run others to a depth of {deepest}.",
    )


class MacroTooLong(Problem):
    status = 422
    code = "macro_too_long"
    keepable = False
    title = Localized(ar="خطوات كثيرة جدًا", en="Too many steps")
    detail = Localized(
        ar="مجموع الخطوات مع ما يشغّله الإجراء الجاهز أكثر من {most}.",
        en="With all that it runs, the macro has more than {most} steps.",
    )


class MacroUnusable(Conflict):
    """Part of it is gone, switched off or not shared with whoever applies it."""

    code = "macro_unusable"
    title = Localized(ar="لا يمكن تطبيق الإجراء الجاهز", en="The macro cannot be applied")
    detail = Localized(
        ar="يشغّل هذا الإجراء إجراءً آخر حُذف أو أُوقف أو لم تعد مشاركته معك.",
        en="It runs another macro that was deleted, switched off or is not shared with you.",
    )


class MacroInactive(Conflict):
    code = "macro_inactive"
    title = Localized(ar="الإجراء الجاهز موقوف", en="The macro is switched off")
    detail = Localized(
        ar="أعد تفعيل هذا الإجراء الجاهز قبل تطبيقه.",
        en="Switch this macro on before applying it.",
    )


PLACEHOLDER_UNKNOWN: Final = Localized(
    ar="موضع غير معروف في النص: \u2068{name}\u2069",
    en="The text names a placeholder that does not exist: {name}",
)
PLACEHOLDERS_CROWDED: Final = Localized(
    ar="مواضع كثيرة جدًا في النص", en="The text has too many placeholders"
)
MACRO_UNKNOWN: Final = Localized(ar="لا يوجد إجراء جاهز بهذا المعرّف", en="No such macro")
MACRO_EMPTY: Final = Localized(
    ar="يلزم نص أو خطوة واحدة على الأقل", en="A text or at least one action is needed"
)
DEPARTMENT_NEEDED: Final = Localized(
    ar="حدّد القسم الذي يُشارَك معه", en="Say which department it is shared with"
)
DEPARTMENT_UNASKED: Final = Localized(
    ar="القسم يُحدَّد عند المشاركة مع قسم فقط",
    en="A department is named only when sharing with one",
)
DEPARTMENT_FOREIGN: Final = Localized(
    ar="لا تشارك إلا مع أقسامك", en="You can share with your own departments only"
)
MACRO_NARROWER: Final = Localized(
    ar="الإجراء الجاهز المطلوب تشغيله مشترك مع عدد أقل من الناس",
    en="The macro to be run is shared with fewer people than this one",
)
