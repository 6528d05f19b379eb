"""What is wrong with which field, in both languages and without repeating what was sent."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.kit.locale import isolate, pick
from shared.kit.problem import FieldError
from shared.vocabulary import Locale, Localized

MOST: Final = 50
INSIDE: Final = "inside"
"""Of an error's context: further steps to its place."""
_GENERAL: Final = Localized(ar="القيمة غير صالحة.", en="The value is not valid.")
_NO_ADDRESS: Final = Localized(ar="هذا ليس عنوان بريد صحيحًا.", en="This is not an e-mail address.")
_TEXTS: Final[Mapping[str, Localized]] = {
    "missing": Localized(ar="هذا الحقل مطلوب.", en="This field is required."),
    "extra_forbidden": Localized(ar="حقل غير معروف.", en="This field is not known."),
    "repeated": Localized(
        ar="أُرسل هذا الحقل أكثر من مرة، ولا يقبل إلا قيمة واحدة.",
        en="This field was sent more than once and takes one value only.",
    ),
    "empty": Localized(
        ar="أُرسل هذا المعامل فارغًا: أعطه قيمة أو احذفه.",
        en="This parameter was sent empty: give it a value, or leave it out.",
    ),
    "string_too_long": Localized(
        ar="النص طويل: الحد الأعلى لعدد الحروف {max_length}.",
        en="The text is longer than {max_length} characters.",
    ),
    "string_too_short": Localized(
        ar="النص قصير: الحد الأدنى لعدد الحروف {min_length}.",
        en="The text is shorter than {min_length} characters.",
    ),
    "string_type": Localized(ar="المطلوب نص.", en="A text is expected."),
    "string_pattern_mismatch": Localized(
        ar="النص ليس بالصيغة المطلوبة: {pattern}",
        en="The text does not have the expected form: {pattern}",
    ),
    "too_long": Localized(
        ar="العدد أكثر من {max_length}.", en="There are more than {max_length} entries."
    ),
    "too_short": Localized(
        ar="العدد أقل من {min_length}.", en="There are fewer than {min_length} entries."
    ),
    "greater_than_equal": Localized(ar="أقل قيمة هي {ge}.", en="The least value is {ge}."),
    "less_than_equal": Localized(ar="أكبر قيمة هي {le}.", en="The greatest value is {le}."),
    "enum": Localized(ar="القيم الممكنة: {expected}.", en="Possible values: {expected}."),
    "literal_error": Localized(ar="القيم الممكنة: {expected}.", en="Possible values: {expected}."),
    "json_invalid": Localized(
        ar="ليس JSON صالحًا؛ الخطأ عند المحرف {position}.",
        en="This is not valid JSON; it goes wrong at character {position}.",
    ),
    "one_line": Localized(ar="المطلوب سطر واحد.", en="One line of text is expected."),
    "invalid_duration": Localized(
        ar="المطلوب مدة مثل \u2068PT20S\u2069، أو أيام عمل حيث تُقبل، مثل"
        ' \u2068{{"business_days": 2}}\u2069.',
        en='A duration such as PT20S is expected, or {{"business_days": 2}} where days may stand.',
    ),
    "never_pauses": Localized(
        ar="عدّاد الرد الأول لا يتوقف.", en="The clock of the first response never pauses."
    ),
    "blank": Localized(ar="النص فارغ.", en="The text is blank."),
    "instant_range": Localized(
        ar="يجب أن يقع الوقت بين عامي 1900 و2200.",
        en="The instant must lie between 1900 and 2200.",
    ),
    "text_nul": Localized(ar="النص يحوي حرفًا ممنوعًا.", en="The text holds a forbidden character."),
    "text_surrogate": Localized(ar="النص يحوي حرفًا ناقصًا.", en="The text holds half a character."),
    "number_out_of_range": Localized(ar="العدد خارج المدى.", en="The number is out of range."),
    "either_or": Localized(
        ar="أحد الخيارين فقط، لا كلاهما.", en="One of the two may be sent, not both."
    ),
    "nothing_to_do": Localized(ar="لم يُطلب أي إجراء.", en="The request asks for nothing."),
    "null": Localized(ar="لا يمكن إفراغ هذا الحقل.", en="This field cannot be emptied."),
    "email": _NO_ADDRESS,
    "email_invalid": _NO_ADDRESS,
    "email_hidden": Localized(
        ar="في العنوان حروف لا تُرى. اكتبه بدل لصقه.",
        en="The address holds characters that nobody sees. Type it instead of pasting it.",
    ),
    "email_number": Localized(
        ar="المطلوب بعد علامة \u2068@\u2069 اسم نطاق، لا رقم ولا عنوان \u2068IP\u2069.",
        en="The name of a domain is expected after the @, not a number or an IP address.",
    ),
    "email_disguised": Localized(
        ar="اكتب العنوان بالحروف المعتادة، لا بأشكال تشبهها.",
        en="Write the address in plain letters, not in forms that look like them.",
    ),
    "id_or_number": Localized(
        ar="المطلوب معرّف UUID أو رقم مثل \u2068SND-1042\u2069.",
        en="A UUID is expected, or a number such as SND-1042.",
    ),
    "too_deep": Localized(ar="البيانات متداخلة كثيرًا.", en="The data is nested too deeply."),
}
_FAMILIES: Final[Mapping[str, Localized]] = {
    "uuid": Localized(ar="المطلوب معرّف UUID.", en="A UUID is expected."),
    "datetime": Localized(ar="المطلوب تاريخ ووقت.", en="A date and time is expected."),
    "timezone": Localized(ar="المنطقة الزمنية مطلوبة.", en="A time zone is expected."),
    "date": Localized(ar="المطلوب تاريخ.", en="A date is expected."),
    "int": Localized(ar="المطلوب عدد صحيح.", en="A whole number is expected."),
    "float": Localized(ar="المطلوب عدد.", en="A number is expected."),
    "bool": Localized(ar="المطلوب true أو false.", en="Either true or false is expected."),
    "list": Localized(ar="المطلوب قائمة.", en="A list is expected."),
    "dict": Localized(ar="المطلوب كائن.", en="An object is expected."),
    "model": Localized(ar="المطلوب كائن.", en="An object is expected."),
}
_LIST_OF: Final = Localized(
    ar="المطلوب قائمة من: {expected}.", en="A list of these is expected: {expected}."
)
_EMPTY: Final[Mapping[str, Localized]] = {
    "string_too_short": Localized(ar="النص فارغ.", en="The text is empty."),
    "too_short": Localized(ar="القائمة فارغة.", en="The list is empty."),
}
"""Where one is the least, nothing was sent."""
_INNER: Final = re.compile(
    r".*[\[(].*|[A-Z][a-z]+(?:[A-Z][a-z]+)*"
    r"|(?:constrained-)?(?:str|int|float|bool|list|dict|set|date|datetime|time|uuid|none)"
)
"""Steps that pydantic adds for itself: validators, and the branches of a choice by their types."""
_NAMING: Final = frozenset({"extra_forbidden", "missing", "repeated", "empty"})
"""Kinds whose last step is a field's name, whatever it looks like."""
_PLACES: Final = {"query": "?", "path": "path:", "header": "header:", "cookie": "cookie:"}


def complaints(errors: Iterable[Mapping[str, Any]], locale: Locale) -> list[FieldError]:
    """Pydantic's errors as ours: a pointer, a stable code, a sentence."""
    found: dict[str, FieldError] = {}
    for error in list(errors)[:MOST]:
        one = _complaint(error, locale)
        found.setdefault(one.pointer, one)
    return list(found.values())


def _complaint(error: Mapping[str, Any], locale: Locale) -> FieldError:
    kind = str(error["type"])
    gaps = {key: _gap(key, value, locale) for key, value in error.get("ctx", {}).items()}
    place = _outer(kind, error["loc"])
    if kind == "json_invalid" and place[1:]:  # an offset is no place of a document
        gaps["position"], place = str(int(place[1]) + 1), place[:1]
    place = (*place, *error.get("ctx", {}).get(INSIDE, ()))
    message = _sentence(kind, gaps, locale).format_map(_Gaps(gaps))
    return FieldError(pointer=_pointer(place), code=kind, message=message)


def _outer(kind: str, place: tuple[Any, ...]) -> tuple[Any, ...]:
    """The steps that a caller knows; a choice that fits in no branch complains once."""
    last = len(place) - 1
    return tuple(
        step
        for index, step in enumerate(place)
        if index < 2
        or not isinstance(step, str)
        or (index == last and kind in _NAMING)
        or not _INNER.fullmatch(step)
    )


def _gap(key: str, value: Any, locale: Locale) -> str:
    """Values to choose from are in Latin letters: fenced off inside an Arabic sentence."""
    text = str(value)[:200]
    if key == "pattern" and locale is Locale.AR:
        return isolate(text)
    if key != "expected" or locale is not Locale.AR:
        return text
    return "، ".join(isolate(one) for one in re.findall(r"'([^']*)'", text)) or isolate(text)


def _sentence(kind: str, gaps: Mapping[str, str], locale: Locale) -> str:
    if kind in _EMPTY and gaps.get("min_length") == "1":
        return pick(_EMPTY[kind], locale)
    if kind == "list_type" and "expected" in gaps:
        return pick(_LIST_OF, locale)
    texts = _TEXTS.get(kind) or _FAMILIES.get(kind.partition("_")[0]) or _GENERAL
    return pick(texts, locale)


def _pointer(place: tuple[Any, ...]) -> str:
    """`#/requester/email` inside the body (RFC 6901), `?limit` in the query."""
    where, *steps = [str(step) for step in place] or [""]
    if where == "body":
        return "#" + "".join(f"/{_step(step)}" for step in steps)
    return _PLACES.get(where, "") + ".".join(_step(step) for step in steps)


def _step(text: str) -> str:
    """Field names come from the caller too: clamp them and keep them harmless."""
    plain = "".join(char for char in text[:64] if char.isprintable())
    return plain.replace("~", "~0").replace("/", "~1")


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
