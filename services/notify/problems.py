"""The failures that only notify knows."""

from collections.abc import Mapping
from typing import Final

from shared.kit.problem import SpokenError
from shared.kit.problems import Problem, ValidationFailed
from shared.vocabulary import Localized

_REASONS: Final[Mapping[str, Localized]] = {
    "scheme": Localized(ar="بروتوكول غير مقبول", en="its scheme is not accepted"),
    "port": Localized(ar="منفذ غير مقبول", en="its port is not accepted"),
    "credentials": Localized(ar="فيه اسم مستخدم أو كلمة مرور", en="it holds a user or password"),
    "malformed": Localized(ar="صيغته غير صحيحة", en="it is malformed"),
    "private_address": Localized(ar="عنوان شبكة خاصة", en="it is a private address"),
    "private_name": Localized(ar="اسم غير عام", en="its name is not public"),
    "no_address": Localized(ar="لا عنوان لهذا الاسم", en="its name has no address"),
}


_MISASKED: Final[Mapping[str, Localized]] = {
    "unknown_place": Localized(
        ar="لا حدث في هذا الموضع. أرسل \u2068next_cursor\u2069 أو معرّف حدث كما ورد.",
        en="No event stands at this place. Send a next_cursor or an event's id as it was answered.",
    ),
    "unknown_event_type": Localized(
        ar="لا يطابق أيَّ حدث متاح للشركاء؛ المقبول مثل: \u2068ticket.*\u2069.",
        en="Matches no event that partners can receive; accepted, for example: ticket.*.",
    ),
}


def misasked(pointer: str, code: str) -> ValidationFailed:
    """What is wrong with a question about the feed."""
    texts = _MISASKED[code]
    told = SpokenError(pointer=pointer, code=code, message=texts["en"], texts=texts)
    return ValidationFailed(errors=[told])


class UrlRefused(Problem):
    """A webhook's address is one that we do not visit; `reason` says which rule."""

    status = 422
    code = "webhook_url_refused"
    title = Localized(ar="عنوان الويب هوك مرفوض", en="Webhook address refused")
    detail = Localized(
        ar="يجب أن يكون العنوان \u2068https\u2069 على المنفذ 443 وباسم عام. السبب: {reason}.",
        en="The address must be https on port 443 with a public name. Reason: {reason}.",
    )

    def __init__(self, *, reason: str) -> None:
        told = {"reason": _REASONS[reason]} if reason in _REASONS else {}
        super().__init__(reason=reason, words=told)


class UnknownEventType(Problem):
    """A type or pattern that fits no partner-visible event."""

    status = 422
    code = "unknown_event_type"
    title = Localized(ar="نوع حدث غير معروف", en="Unknown event type")
    detail = Localized(
        ar="لا يطابق أيَّ حدث متاح للشركاء: {types}.",
        en="Matches no event that partners can receive: {types}.",
    )


class ForeignOrganization(Problem):
    """An organization's client manages endpoints of that organization only."""

    status = 422
    code = "foreign_organization"
    title = Localized(ar="مؤسسة أخرى", en="Another organization")
    detail = Localized(
        ar="لا يمكن لهذا العميل إدارة عناوين مؤسسة أخرى.",
        en="This client cannot manage endpoints of another organization.",
    )


class TooManyEndpoints(Problem):
    """An organization has as many endpoints as it may have."""

    status = 409
    code = "too_many_endpoints"
    title = Localized(ar="عدد كبير من العناوين", en="Too many endpoints")
    detail = Localized(
        ar="بلغ عدد عناوين الويب هوك الحد الأقصى وهو {limit}.",
        en="The limit of {limit} webhook endpoints is reached.",
    )


class TooManyStreams(Problem):
    """A caller holds as many open streams as it may hold."""

    status = 429
    code = "too_many_streams"
    title = Localized(ar="اتصالات بث كثيرة", en="Too many streams")
    detail = Localized(
        ar="أغلق أحد اتصالات البث المفتوحة ثم أعد المحاولة.",
        en="Close one of your open streams and try again.",
    )
