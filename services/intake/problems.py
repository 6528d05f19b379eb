"""Failures of intake that callers can act upon."""

from shared.kit.problems import Conflict, Problem, UnsupportedMediaType
from shared.vocabulary import Localized


class EmptyMail(Problem):
    status = 422
    code = "empty_mail"
    title = Localized(ar="الرسالة فارغة", en="The mail is empty")
    detail = Localized(
        ar="يجب أن يحمل جسم الطلب رسالة بريد كاملة (message/rfc822).",
        en="The body must be a whole mail message (message/rfc822).",
    )


class NotAMail(UnsupportedMediaType):
    detail = Localized(
        ar="هنا تُقبل رسالة بريد كاملة بنوع المحتوى message/rfc822 فقط.",
        en="Only a whole mail message is taken here, with the content type message/rfc822.",
    )


NO_SUCH_TICKET = Localized(
    ar="لا توجد تذكرة بهذا المعرّف في أقسامك", en="There is no such ticket in your departments"
)
NO_SUCH_DEPARTMENT = Localized(ar="لا يوجد قسم بهذا المعرّف", en="There is no such department")


SECRET_REQUIRED = Localized(
    ar="تغيّر الخادم أو الحساب أو طريقة الدخول: أدخل السر من جديد؛ فالقديم لا يُرسل إلى مكان آخر",
    en="The server, account or way of logging in changes: tell the secret again;"
    " the old one is sent nowhere else",
)


class NotRejectable(Conflict):
    code = "mail_not_rejectable"
    title = Localized(ar="لا يمكن رفض الرسالة", en="The mail cannot be refused")
    detail = Localized(
        ar="تُرفض فقط الرسائل المحتجزة أو المعزولة؛ حالة هذه الرسالة {state}.",
        en="Only held or quarantined mails can be refused; this one is {state}.",
    )


class NotEditable(Conflict):
    code = "mail_not_editable"
    title = Localized(ar="لا يمكن تغيير وجهة الرسالة", en="Where the mail goes cannot be changed")
    detail = Localized(
        ar="تتغير وجهة الرسالة قبل الإفراج عنها فقط؛ حالة هذه الرسالة {state}.",
        en="A mail can be sent elsewhere only before it is released; this one is {state}.",
    )


class NotReleasable(Conflict):
    code = "mail_not_releasable"
    title = Localized(ar="لا يمكن الإفراج عن الرسالة", en="The mail cannot be released")
    detail = Localized(
        ar="يُفرج فقط عن الرسائل المحتجزة أو المعزولة أو المكررة؛ حالة هذه الرسالة {state}.",
        en="Only held, quarantined or duplicate mails can be released; this one is {state}.",
    )


class NobodyToOwn(Conflict):
    """A ticket is somebody's: what names no sender cannot become one by itself."""

    code = "mail_without_sender"
    title = Localized(ar="لا مرسل للرسالة", en="The mail names no sender")
    detail = Localized(
        ar="لا عنوان صالحًا في هذه الرسالة تُفتح التذكرة باسم صاحبه. افتح تذكرة بنفسك وانقل إليها"
        " النص، أو ارفض الرسالة.",
        en="This mail has no usable address in whose name a ticket could be opened. Open a ticket"
        " yourself and copy the text, or reject the mail.",
    )


class MailboxSetUp(Conflict):
    code = "mailbox_already_set_up"
    title = Localized(ar="صندوق البريد معرَّف من قبل", en="The mailbox is set up already")
    detail = Localized(
        ar="هناك صندوق آخر من النوع نفسه لهذا العنوان، أو لهذا الحساب والمجلد على الخادم.",
        en="Another mailbox of this kind has this address, or this account and folder.",
    )


class MailboxElsewhere(Conflict):
    code = "mailbox_of_another_department"
    title = Localized(ar="العنوان لقسم آخر", en="The address is another department's")
    detail = Localized(
        ar="يعطي الدليل هذا العنوان للقسم {department_id}؛ غيّره هناك أو استخدم ذلك القسم.",
        en="The directory gives this address to the department {department_id};"
        " change it there, or use that department.",
    )


class UnknownDepartment(Problem):
    status = 422
    code = "unknown_department"
    title = Localized(ar="القسم غير معروف", en="The department is not known")
    detail = Localized(ar="لا يوجد قسم بهذا المعرّف.", en="There is no department with this id.")


class NotAnImapMailbox(Conflict):
    code = "not_an_imap_mailbox"
    title = Localized(ar="ليس صندوق IMAP", en="Not an IMAP mailbox")
    detail = Localized(
        ar="لا يمكن وضع رسالة إلا في صندوق من نوع IMAP.",
        en="A mail can only be put into a mailbox of the kind imap.",
    )


class MailboxUnreachable(Problem):
    status = 502
    code = "mailbox_unreachable"
    title = Localized(ar="تعذر الوصول إلى صندوق البريد", en="The mailbox cannot be reached")
    detail = Localized(
        ar="فشلت الخطوة {step} ({reason})؛ يقول فحص الصندوق ما ينبغي إصلاحه.",
        en="The step {step} failed ({reason}); the mailbox's check says what to mend.",
    )


class IncompleteMailbox(Problem):
    status = 422
    code = "mailbox_incomplete"
    title = Localized(ar="بيانات الصندوق ناقصة", en="The mailbox is incomplete")
    detail = Localized(ar="تنقص هذه الحقول: {missing}.", en="These fields are missing: {missing}.")


class PlainNotAllowed(Problem):
    status = 422
    code = "plain_connection_not_allowed"
    title = Localized(ar="الاتصال غير المشفر غير مسموح", en="Encryption is required")
    detail = Localized(
        ar="لا يُسمح بالاتصال دون تشفير إلا بخادم على هذا الجهاز؛ اختر tls أو starttls.",
        en="Only a server on this very machine may be reached without encryption;"
        " choose tls or starttls.",
    )
