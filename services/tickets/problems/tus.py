"""What is wrong with a request of the upload protocol, and what would be right (tus 1.0)."""

from typing import Final

from shared.kit.problems import BadRequest, PayloadTooLarge
from shared.vocabulary import Localized

TUS: Final = {"Tus-Resumable": "1.0.0"}

LENGTH_WANTED: Final = Localized(
    ar="حجم الملف كاملًا بالبايت، مثل \u20681024\u2069",
    en="the size of the whole file in bytes, e.g. 1024",
)
OFFSET_WANTED: Final = Localized(
    ar="عدد البايتات التي استُلمت من قبل، مثل \u20680\u2069 أو \u20681024\u2069",
    en="how many bytes were received before, e.g. 0 or 1024",
)
NO_LENGTH_HERE: Final = Localized(
    ar="لا تُرسل مع \u2068Upload-Concat: final\u2069 فحجم الملف حجم أجزائه",
    en="not together with Upload-Concat: final, whose size is that of its parts",
)
LENGTH_DEFERRED: Final = Localized(
    ar="لا يُقبل حجم مؤجل؛ أرسل \u2068Upload-Length\u2069 بحجم الملف كاملًا",
    en="a length that comes later is not accepted; send Upload-Length with the size of the file",
)
METADATA_WANTED: Final = Localized(
    ar="أزواج بينها فواصل، كل منها اسم ومسافة وقيمة \u2068base64\u2069"
    " بترميز \u2068UTF-8\u2069، دون تكرار اسم،"
    " مثل \u2068filename YS5sb2c=\u2069",
    en="pairs parted by commas, each a name, a space and a base64 value in UTF-8, no name twice,"
    " e.g. filename YS5sb2c=",
)
CONCAT_WANTED: Final = Localized(
    ar="\u2068partial\u2069، أو \u2068final;\u2069 ثم عناوين الأجزاء وبينها مسافات (من 1 إلى 20)",
    en="partial, or final; and the addresses of 1 to 20 parts, parted by spaces",
)


class UploadHeaderInvalid(BadRequest):
    """Names the header, and says what is accepted in it."""

    title = Localized(ar="ترويسة رفع غير صالحة", en="An upload header is not valid")
    detail = Localized(
        ar="الترويسة {header} ناقصة أو غير صحيحة. المقبول: {accepted}.",
        en="The header {header} is missing or wrong. Accepted: {accepted}.",
    )

    def __init__(self, header: str, accepted: Localized) -> None:
        super().__init__(headers=TUS, header=header, words={"accepted": accepted})


class FileTooLarge(PayloadTooLarge):
    """Of a whole file; says how large one may be."""

    title = Localized(ar="الملف كبير جدًا", en="The file is too large")
    detail = Localized(
        ar="حجم الملف أكبر من الحد، وهو {limit} بايت.",
        en="The file is larger than the limit of {limit} bytes.",
    )

    def __init__(self, limit: int) -> None:
        super().__init__(headers=TUS | {"Tus-Max-Size": str(limit)}, limit=limit)


class UploadOverrun(PayloadTooLarge):
    """More bytes than were announced."""

    title = Localized(ar="بايتات أكثر مما أُعلن", en="More bytes than announced")
    detail = Localized(
        ar="أُعلن أن حجم الملف {length} بايت، وما أُرسل يتجاوزه. قد لا يكون حُفظ شيء من هذا الطلب:"
        " اسأل عن الموضع قبل أن تتابع.",
        en="The file was announced with {length} bytes, and more were sent. Maybe nothing of this"
        " request was kept: ask for the offset before you go on.",
    )

    def __init__(self, length: int) -> None:
        super().__init__(headers=TUS, length=length)


class UploadPieces(PayloadTooLarge):
    """An upload that came in too many pieces."""

    title = Localized(ar="أجزاء كثيرة جدًا", en="Too many pieces")
    detail = Localized(
        ar="وصل هذا الملف في {most} جزء، ولا يُقبل أكثر. ابدأ الرفع من جديد بأجزاء أكبر.",
        en="This file has come in {most} pieces, which is the most. Begin anew with larger ones.",
    )

    def __init__(self, most: int) -> None:
        super().__init__(headers=TUS, most=most)
