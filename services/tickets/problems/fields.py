"""What can be wrong with custom fields and tags, in both languages."""

from collections.abc import Mapping
from typing import Final

from services.tickets.domain.faults import Fault, Refused
from shared.kit.locale import isolate, pick
from shared.kit.problem import SpokenError
from shared.kit.problems import Conflict, ValidationFailed
from shared.vocabulary import Locale, Localized

FAULTS: Final[Mapping[str, Localized]] = {
    "text_expected": Localized(ar="المطلوب نص.", en="A text is expected."),
    "integer_expected": Localized(ar="المطلوب عدد صحيح.", en="A whole number is expected."),
    "number_expected": Localized(ar="المطلوب عدد.", en="A number is expected."),
    "number_too_large": Localized(
        ar="العدد أكبر أو أدق مما يمكن حفظه.",
        en="The number is larger or more precise than can be kept.",
    ),
    "date_expected": Localized(
        ar="المطلوب تاريخ مثل \u20682026-03-20\u2069.",
        en="A date such as 2026-03-20 is expected.",
    ),
    "boolean_expected": Localized(
        ar="المطلوب \u2068true\u2069 أو \u2068false\u2069.", en="Either true or false is expected."
    ),
    "option_expected": Localized(ar="المطلوب أحد الخيارات.", en="One of the options is expected."),
    "options_expected": Localized(
        ar="المطلوب قائمة من الخيارات.", en="A list of options is expected."
    ),
    "unknown_option": Localized(
        ar="خيار غير معروف. المتاح: {options}.",
        en="This option is not known. On offer: {options}.",
    ),
    "retired_option": Localized(
        ar="لم يعد هذا الخيار متاحًا.", en="This option is no longer offered."
    ),
    "too_many_options": Localized(
        ar="الخيارات أكثر من {most}.", en="There are more than {most} options."
    ),
    "url_expected": Localized(
        ar="المطلوب عنوان موقع يبدأ بـ\u2068https://\u2069 أو \u2068http://\u2069.",
        en="A web address that begins with https:// or http:// is expected.",
    ),
    "too_long": Localized(
        ar="النص طويل: الحد الأعلى لعدد الحروف {most}.",
        en="The text is longer than {most} characters.",
    ),
    "too_small": Localized(ar="أقل قيمة هي {least}.", en="The least value is {least}."),
    "too_great": Localized(ar="أكبر قيمة هي {most}.", en="The greatest value is {most}."),
    "too_large": Localized(
        ar="الحقول المخصصة أكبر مما يمكن حفظه.", en="The custom fields are too large."
    ),
    "required": Localized(ar="الحقل «{label}» مطلوب.", en="The field “{label}” is required."),
    "unknown_field": Localized(ar="حقل غير معروف.", en="This field is not known."),
    "not_writable": Localized(ar="لا يمكنك تغيير هذا الحقل.", en="You may not change this field."),
    "field_inactive": Localized(
        ar="أُوقف هذا الحقل؛ تبقى قيمه مقروءة ولا تُغيَّر.",
        en="This field is no longer in use; its values stay readable, and stay.",
    ),
    "field_elsewhere": Localized(
        ar="هذا الحقل لقسم آخر.", en="This field belongs to another department."
    ),
    "foreign_department": Localized(
        ar="لا تعرّف الحقول إلا لأقسامك أو لكل الأقسام.",
        en="You can define fields for your own departments, or for all.",
    ),
    "not_filterable": Localized(
        ar="لا يمكن التصفية بهذا الحقل.", en="Lists cannot be filtered by this field."
    ),
    "no_span": Localized(
        ar="لا تصح \u2068from\u2069 و\u2068to\u2069 إلا للأعداد والتواريخ.",
        en="Only numbers and dates know “from” and “to”.",
    ),
    "value_missing": Localized(ar="القيمة ناقصة.", en="The value is missing."),
    "too_many_filters": Localized(
        ar="عوامل التصفية أكثر من {most}.", en="There are more than {most} filters."
    ),
    "too_many_values": Localized(
        ar="القيم أكثر من {most}.", en="There are more than {most} values."
    ),
    "limits_crossed": Localized(
        ar="الحد الأعلى أدنى من الحد الأدنى.", en="The maximum lies below the minimum."
    ),
    "no_limits": Localized(
        ar="الحدود للأعداد والتواريخ فقط.", en="Only numbers and dates have limits."
    ),
    "no_length": Localized(
        ar="الطول الأقصى للنصوص والعناوين فقط.", en="Only texts and addresses have a length."
    ),
    "no_options": Localized(
        ar="الخيارات لحقول الاختيار فقط.", en="Only fields of choice have options."
    ),
    "options_missing": Localized(
        ar="يلزم خيار واحد متاح على الأقل.", en="At least one option must be on offer."
    ),
    "option_repeated": Localized(
        ar="تكررت قيمة هذا الخيار.", en="The value of this option stands twice."
    ),
    "option_reused": Localized(
        ar="أُوقف هذا الخيار من قبل بمعنى آخر؛ استعمل قيمة جديدة.",
        en="This option was retired with another meaning; use a new value.",
    ),
    "type_in_use": Localized(
        ar="في التذاكر قيم لهذا الحقل، فلا يتغير نوعه. أنشئ حقلًا جديدًا.",
        en="Tickets hold values of this field, so its type stays. Make a new field.",
    ),
    "no_tag": Localized(ar="ليس في هذا الوسم حرف مقروء.", en="This tag holds no readable letter."),
    "too_many_tags": Localized(ar="الوسوم أكثر من {most}.", en="There are more than {most} tags."),
    "unknown_tag": Localized(ar="وسم غير معروف.", en="This tag is not known."),
    "same_tag": Localized(ar="هذا هو الوسم نفسه.", en="This is the same tag."),
}


class FieldKeyTaken(Conflict):
    code = "key_taken"
    title = Localized(ar="المفتاح مستعمل", en="The key is taken")
    detail = Localized(
        ar="لحقل آخر هذا المفتاح. تبقى مفاتيح الحقول محجوزة حتى بعد إيقافها.",
        en="Another field has this key. Keys stay taken even when a field is no longer in use.",
    )


class TooManyFields(Conflict):
    code = "too_many_fields"
    title = Localized(ar="حقول كثيرة جدًا", en="Too many fields")
    detail = Localized(
        ar="بلغت الحقول المخصصة حدها: {limit}. أعد استعمال حقل قائم.",
        en="There are as many custom fields as there may be: {limit}. Use one that exists.",
    )


def failed(refusal: Refused, locale: Locale) -> ValidationFailed:
    """The answer for what a rule refused."""
    return ValidationFailed(errors=[_spoken(one, locale) for one in refusal.faults])


def fault(pointer: str, code: str, locale: Locale, **gaps: str) -> ValidationFailed:
    """The same for a single place."""
    return ValidationFailed(errors=[_spoken(Fault(pointer, code, gaps), locale)])


def _spoken(one: Fault, locale: Locale) -> SpokenError:
    told = FAULTS[one.code]
    fenced = {name: isolate(_in(gap, Locale.AR)) for name, gap in one.gaps.items()}
    plain = {name: _in(gap, Locale.EN) for name, gap in one.gaps.items()}
    texts = Localized(ar=told["ar"].format_map(fenced), en=told["en"].format_map(plain))
    message = pick(texts, locale)
    return SpokenError(pointer=one.pointer, code=one.code, message=message, texts=texts)


def _in(gap: str | Localized, locale: Locale) -> str:
    return gap if isinstance(gap, str) else pick(gap, locale)
