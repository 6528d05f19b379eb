"""Failures of the request as such, before anybody looked at what it wants."""

from shared.kit.problem import Problem
from shared.vocabulary import Localized


class BadRequest(Problem):
    status = 400
    code = "bad_request"
    title = Localized(
        ar="طلب غير صالح",
        en="Bad request",
    )
    detail = Localized(
        ar="تعذّرت قراءة الطلب.",
        en="The request could not be read.",
    )


class MalformedIfMatch(BadRequest):
    code = "malformed_if_match"
    title = Localized(
        ar="ترويسة If-Match غير صالحة",
        en="The If-Match header is malformed",
    )
    detail = Localized(
        ar="أرسل في If-Match قيمة ETag كما وردت في الرد، مع علامتي التنصيص، مثل"
        ' \u2068"7.3.0"\u2069.',
        en='Send in If-Match an ETag as it was answered, with its quotes, such as "7.3.0".',
    )


class MethodNotAllowed(Problem):
    status = 405
    code = "method_not_allowed"
    title = Localized(
        ar="طريقة غير مسموح بها",
        en="Method not allowed",
    )
    detail = Localized(
        ar="هذا العنوان لا يقبل طريقة الطلب هذه.",
        en="This address does not accept that request method.",
    )


class AddressTooLong(Problem):
    status = 414
    code = "address_too_long"
    title = Localized(
        ar="عنوان طويل جدًا",
        en="Address too long",
    )
    detail = Localized(
        ar="عنوان الطلب بما فيه نص البحث أطول من الحد المسموح.",
        en="The address of the request, with its query, is longer than the limit.",
    )


class HeadTooLarge(Problem):
    status = 431
    code = "head_too_large"
    title = Localized(
        ar="ترويسات كبيرة جدًا",
        en="Headers too large",
    )
    detail = Localized(
        ar="ترويسات الطلب أكبر من الحد المسموح.",
        en="The headers of the request are larger than the limit.",
    )


class PayloadTooLarge(Problem):
    status = 413
    code = "payload_too_large"
    title = Localized(
        ar="حجم كبير جدًا",
        en="Payload too large",
    )
    detail = Localized(
        ar="حجم الطلب أكبر من الحد المسموح.",
        en="The request is larger than the limit.",
    )


class UnsupportedMediaType(Problem):
    status = 415
    code = "unsupported_media_type"
    title = Localized(
        ar="نوع محتوى غير مدعوم",
        en="Unsupported media type",
    )
    detail = Localized(
        ar="نوع محتوى الطلب غير مدعوم هنا.",
        en="This kind of request content is not supported here.",
    )


class Unexpected(Problem):
    """Whatever nobody foresaw: logged in full, answered without a word of it."""
