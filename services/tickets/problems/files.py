"""Failures around files and uploads."""

from shared.kit.problems import Conflict, NotFound, Problem, TooManyRequests, Unavailable
from shared.vocabulary import Localized


class FormBusy(Unavailable):
    """All visitors together hold too much that no ticket has claimed."""

    code = "form_busy"
    title = Localized(ar="لا متسع لملفات النموذج الآن", en="No room for the form's files now")
    detail = Localized(
        ar="امتلأ المكان المخصص لملفات زوار النموذج. أعد المحاولة بعد المهلة المذكورة في"
        " \u2068Retry-After\u2069، أو أرسل الطلب الآن دون ملف.",
        en="The room for files of the form's visitors is full. Try again after the time in"
        " Retry-After, or send the request now without a file.",
    )


class FormShareFull(TooManyRequests):
    """The uploads of one address hold its share of the form's room."""

    code = "form_uploads_unused"
    title = Localized(ar="ملفات كثيرة من شبكتك لم تُستخدم", en="Unused files from your network")
    detail = Localized(
        ar="بلغت ملفات شبكتك التي لم تُرسل مع طلب حدّها. أرسل طلبك بما رُفع منها أو احذف بعضها،"
        " أو أعد المحاولة لاحقًا.",
        en="Files from your network that no request uses have reached their limit. Send your"
        " request with those that are here, delete some, or try again later.",
    )


class TooManyFormUploads(TooManyRequests):
    """One address announces files faster than people do."""

    code = "too_many_form_uploads"
    title = Localized(ar="ملفات كثيرة من شبكتك", en="Too many files from your network")
    detail = Localized(
        ar="أعلنت شبكتك عن ملفات كثيرة في وقت قصير. انتظر قليلًا ثم أعد المحاولة.",
        en="Your network has announced many files in a short time. Wait a little and try again.",
    )


class UploadsUnused(TooManyRequests):
    """One person or program holds too much that no message has claimed."""

    code = "uploads_unused"
    title = Localized(ar="ملفات كثيرة لم تُستخدم", en="Too many unused uploads")
    detail = Localized(
        ar="رفعتَ ملفات كثيرة لم تُرفق بأي رسالة. أرفقها أو احذفها ثم أعد المحاولة.",
        en="You have uploaded many files that no message uses. Attach or delete them, then retry.",
    )


class UploadMismatch(Conflict):
    code = "upload_offset_mismatch"
    title = Localized(ar="موضع غير متطابق", en="Offset mismatch")
    detail = Localized(
        ar="موضع الرفع لا يطابق ما استُلم. اسأل عن الموضع ثم تابع.",
        en="The offset does not match what was received. Ask for it, then go on.",
    )


class UploadFinished(Conflict):
    code = "upload_finished"
    title = Localized(ar="اكتمل الرفع", en="The upload is finished")
    detail = Localized(
        ar="استُلم الملف كاملًا، ولا يُضاف إليه شيء.",
        en="The whole file was received; nothing can be added to it.",
    )


class UploadUnknown(Conflict):
    """Of the partial uploads of a concatenation."""

    code = "unknown_upload"
    title = Localized(ar="رفع غير معروف", en="Unknown upload")
    detail = Localized(
        ar="أحد أجزاء الملف غير معروف أو غير مكتمل أو مستخدم.",
        en="A part of the file is unknown, unfinished or used already.",
    )


class ChecksumMismatch(Problem):
    status = 460
    code = "checksum_mismatch"
    title = Localized(ar="بصمة غير مطابقة", en="Checksum mismatch")
    detail = Localized(
        ar="ما وصل لا يطابق بصمته، ولم يُحفظ منه شيء. أرسله مرة أخرى.",
        en="What arrived does not match its checksum; nothing of it was kept. Send it again.",
    )


class ChecksumUnknown(Problem):
    status = 400
    code = "checksum_unknown"
    title = Localized(ar="بصمة غير مفهومة", en="Unreadable checksum")
    detail = Localized(
        ar="نوع البصمة غير معروف أو صيغتها خاطئة. المقبول: {algorithms}.",
        en="The kind of checksum is unknown, or its form is wrong. Accepted: {algorithms}.",
    )


class TusVersion(Problem):
    status = 412
    code = "tus_version_unsupported"
    title = Localized(ar="إصدار غير مدعوم", en="Unsupported version")
    detail = Localized(
        ar="إصدار بروتوكول الرفع غير مدعوم. المدعوم: {supported}.",
        en="This version of the upload protocol is not supported. Supported: {supported}.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Tus-Version": "1.0.0"}, supported="1.0.0")


class FileWithheld(Conflict):
    """A file that was not found clean reaches staff only."""

    code = "file_withheld"
    title = Localized(ar="الملف محجوب", en="The file is withheld")
    detail = Localized(
        ar="لم يُفحص هذا الملف بعد، أو لا يمكن فحصه.",
        en="This file has not been checked yet, or cannot be checked.",
    )


class FileInfected(Conflict):
    """A file in which malware was found reaches nobody by accident."""

    code = "file_infected"
    title = Localized(ar="الملف مصاب", en="The file is infected")
    detail = Localized(
        ar="وُجدت في هذا الملف برمجية خبيثة، ولذلك لا يُسلَّم.",
        en="Malware was found in this file, so it is not handed out.",
    )


class NotInline(Conflict):
    code = "not_inline"
    title = Localized(ar="لا يُعرض داخل الصفحة", en="Not shown inside a page")
    detail = Localized(
        ar="لا تُعرض داخل الصفحة إلا الصور النقطية السليمة. نزّل الملف بدلًا من ذلك.",
        en="Only clean raster images are shown inside a page. Download the file instead.",
    )


class PreviewPending(NotFound):
    code = "preview_pending"
    title = Localized(ar="المعاينة لم تجهز", en="The preview is not ready")
    detail = Localized(
        ar="تُجهَّز معاينة هذه الصورة. أعد المحاولة بعد قليل.",
        en="The preview of this picture is being made. Please try again shortly.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "2"})


class PreviewAbsent(NotFound):
    code = "preview_absent"
    title = Localized(ar="لا توجد معاينة", en="No preview")
    detail = Localized(
        ar="لا معاينة لهذا الملف: ليس صورة نقطية سليمة يمكن تصغيرها.",
        en="There is no preview of this file: it is no sound raster image that can be made small.",
    )


class RangeInvalid(Problem):
    status = 416
    code = "range_not_satisfiable"
    title = Localized(ar="مدى غير صالح", en="Range not satisfiable")
    detail = Localized(
        ar="الجزء المطلوب يقع خارج الملف.",
        en="The part that was asked for lies outside the file.",
    )

    def __init__(self, size: int) -> None:
        super().__init__(headers={"Content-Range": f"bytes */{size}"})


class DownloadInvalid(NotFound):
    code = "link_invalid"
    title = Localized(ar="رابط غير صالح", en="Invalid link")
    detail = Localized(
        ar="رابط التنزيل غير صالح أو انتهت مدته. اطلبه من جديد في التذكرة أو بالرد على رسالتنا.",
        en="This download link is invalid or has run out. Ask for a new one in the ticket or by"
        " answering our mail.",
    )
