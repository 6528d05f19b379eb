"""The failures every service shares. Each service adds its own in its problems room.

Problem
+- BadRequest 400        +- Unauthorized 401        +- Forbidden 403
+- NotFound 404          +- MethodNotAllowed 405    +- PreconditionFailed 412
+- Conflict 409          +- IllegalTransition 409   +- PayloadTooLarge 413
+- AddressTooLong 414    +- HeadTooLarge 431
+- ValidationFailed 422  +- IdempotencyKeyReused 422
+- UnsupportedMediaType 415
+- TooManyRequests 429   +- Unavailable 503         +- Unexpected 500
"""

from collections.abc import Iterable
from typing import Any

from shared.kit.locale import pick
from shared.kit.problem import FieldError, Problem, ProblemOut, SpokenError, problems
from shared.kit.request_problems import (
    AddressTooLong,
    BadRequest,
    HeadTooLarge,
    MethodNotAllowed,
    PayloadTooLarge,
    Unexpected,
    UnsupportedMediaType,
)
from shared.vocabulary import Locale, Localized

__all__ = [
    "AddressTooLong",
    "BadRequest",
    "FieldError",
    "HeadTooLarge",
    "MethodNotAllowed",
    "PayloadTooLarge",
    "Problem",
    "ProblemOut",
    "Unexpected",
    "UnsupportedMediaType",
    "problems",
]


class NotFound(Problem):
    status = 404
    code = "not_found"
    title = Localized(
        ar="غير موجود",
        en="Not found",
    )
    detail = Localized(
        ar="لا يوجد ما طلبته، أو لا يمكنك الاطلاع عليه.",
        en="What you asked for does not exist, or you may not see it.",
    )


class Unauthorized(Problem):
    status = 401
    code = "unauthorized"
    title = Localized(
        ar="تسجيل الدخول مطلوب",
        en="Authentication required",
    )
    detail = Localized(
        ar="رمز الدخول غير موجود أو غير صالح أو منتهٍ.",
        en="The access token is missing, invalid or expired.",
    )

    def __init__(self, **params: Any) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer realm="sanad"'}, **params)


class Forbidden(Problem):
    status = 403
    code = "forbidden"
    title = Localized(
        ar="غير مسموح",
        en="Forbidden",
    )
    detail = Localized(
        ar="لا تملك الصلاحية اللازمة لهذا الإجراء.",
        en="You do not have the right that this action needs.",
    )


class ValidationFailed(Problem):
    status = 422
    keepable = False
    code = "validation_failed"
    title = Localized(
        ar="بيانات غير صالحة",
        en="Invalid data",
    )
    detail = Localized(
        ar="راجع الحقول المذكورة ثم أعد المحاولة.",
        en="Check the fields named below and try again.",
    )

    @classmethod
    def of(cls, pointer: str, code: str, texts: Localized, locale: Locale) -> "ValidationFailed":
        """One field's failure that only the use case could see."""
        message = pick(texts, locale)
        return cls(errors=[SpokenError(pointer=pointer, code=code, message=message, texts=texts)])


class IdempotencyKeyReused(Problem):
    status = 422
    keepable = False
    code = "idempotency_key_reused"
    title = Localized(
        ar="مفتاح مستخدم من قبل",
        en="Idempotency key reused",
    )
    detail = Localized(
        ar="استُخدم مفتاح عدم التكرار هذا مع طلب مختلف.",
        en="This idempotency key was used before with a different request.",
    )


class IllegalTransition(Problem):
    """Say what is legal: `IllegalTransition(legal=["resolve"])`."""

    status = 409
    code = "illegal_transition"
    title = Localized(
        ar="انتقال غير مسموح",
        en="Illegal transition",
    )
    detail = Localized(
        ar="هذا الإجراء غير ممكن في الحالة الراهنة. المسموح: {legal}.",
        en="This action is not possible in the present state. Legal: {legal}.",
    )

    def __init__(self, *, legal: Iterable[str] = (), **params: Any) -> None:
        super().__init__(legal=[str(action) for action in legal], **params)


class Conflict(Problem):
    status = 409
    code = "conflict"
    title = Localized(
        ar="تعارض",
        en="Conflict",
    )
    detail = Localized(
        ar="يتعارض الطلب مع الحالة الراهنة.",
        en="The request conflicts with the present state.",
    )


class PreconditionFailed(Problem):
    status = 412
    code = "precondition_failed"
    title = Localized(
        ar="تغيّر المورد",
        en="The resource has changed",
    )
    detail = Localized(
        ar="عدّل شخص آخر هذا المورد بعد قراءتك له. أعد القراءة ثم حاول.",
        en="Somebody changed this since you read it. Read it again and retry.",
    )


class TooManyRequests(Problem):
    status = 429
    code = "quota_exceeded"
    title = Localized(
        ar="طلبات كثيرة",
        en="Too many requests",
    )
    detail = Localized(
        ar="تجاوزت الحد المسموح من الطلبات. انتظر قليلًا ثم أعد المحاولة.",
        en="You have sent more requests than allowed. Wait a little and try again.",
    )

    def __init__(self, *, retry_after: float = 1.0, **params: Any) -> None:
        super().__init__(headers={"Retry-After": str(max(1, -int(-retry_after // 1)))}, **params)


class Unavailable(Problem):
    """A part of ours is away for the moment; nothing was done, so repeating is safe."""

    status = 503
    code = "unavailable"
    title = Localized(
        ar="الخدمة غير متاحة مؤقتًا",
        en="Temporarily unavailable",
    )
    detail = Localized(
        ar="جزء من النظام غير متاح الآن. أعد المحاولة بعد قليل.",
        en="A part of the system is away. Please try again shortly.",
    )

    def __init__(self, *, retry_after: float = 2.0, **params: Any) -> None:
        super().__init__(headers={"Retry-After": str(max(1, -int(-retry_after // 1)))}, **params)
