"""What the check of a mailbox finds, step by step, in words that say how to mend it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from shared.vocabulary import Localized


class Step(StrEnum):
    """The way to a mailbox; what comes after a failed step is not tried."""

    ADDRESS = "address"
    NAME = "name"
    CONNECTION = "connection"
    ENCRYPTION = "encryption"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    LOGIN = "login"
    FOLDER = "folder"
    MARKING = "marking"
    LISTENER = "listener"


STEPS_IMAP: Final = (
    *(Step.ADDRESS, Step.NAME, Step.CONNECTION, Step.ENCRYPTION),
    *(Step.TOKEN, Step.LOGIN, Step.FOLDER, Step.MARKING),
)
STEPS_SMTP: Final = (Step.ADDRESS, Step.LISTENER)


class Trouble(Exception):
    """A step towards a mailbox failed; `code` names the finding. Carries no secret."""

    def __init__(self, step: Step, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.step = step
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Finding:
    """How one step went."""

    step: Step
    ok: bool
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


TEXTS: Final[dict[str, Localized]] = {
    "ok_address": Localized(
        ar="البريد المرسل إلى {address} يصبح تذكرة في قسم {department}.",
        en="Mail to {address} becomes a ticket of the department {department}.",
    ),
    "address_elsewhere": Localized(
        ar="العنوان {address} مسجل في الدليل لقسم آخر ({department})، وإليه يُوجَّه البريد.",
        en="The directory gives {address} to another department ({department}); mail goes there.",
    ),
    "ok_name": Localized(
        ar="اسم الخادم {host} معروف.", en="The name of the server {host} is known."
    ),
    "name_not_found": Localized(
        ar="لا يوجد خادم باسم {host}. راجع كتابة الاسم وإعدادات DNS.",
        en="No server has the name {host}. Check its spelling and your DNS.",
    ),
    "ok_connection": Localized(
        ar="الخادم {host} يجيب على المنفذ {port}.", en="{host} answers on port {port}."
    ),
    "refused": Localized(
        ar="رفض {host} الاتصال على المنفذ {port}. راجع رقم المنفذ والجدار الناري.",
        en="{host} refuses connections on port {port}. Check the port and firewalls.",
    ),
    "timeout": Localized(
        ar="لم يجب {host} على المنفذ {port} خلال {seconds} ثانية. راجع المنفذ والجدار الناري.",
        en="{host} did not answer on port {port} within {seconds} s. Check the port and firewalls.",
    ),
    "unreachable": Localized(
        ar="لا طريق في الشبكة إلى {host} على المنفذ {port}.",
        en="There is no way through the network to {host} on port {port}.",
    ),
    "not_imap": Localized(
        ar="ما يجيب على المنفذ {port} ليس خادم IMAP، أو ينتظر نوعًا آخر من التشفير.",
        en="What answers on port {port} is no IMAP server, or expects another kind of encryption.",
    ),
    "ok_encryption": Localized(
        ar="الاتصال مشفر ({version}) وشهادة الخادم صحيحة.",
        en="The connection is encrypted ({version}) and the certificate is right.",
    ),
    "ok_plain": Localized(
        ar="الاتصال غير مشفر، وهذا مسموح على هذا الجهاز فقط.",
        en="The connection is not encrypted, which is allowed on this machine only.",
    ),
    "certificate": Localized(
        ar="شهادة {host} غير موثوقة: {reason}. أضف شهادة الجهة المصدرة إن كانت لكم.",
        en="The certificate of {host} is not trusted: {reason}. Add the issuer's if it is yours.",
    ),
    "tls_failed": Localized(
        ar="فشل التشفير مع {host} على المنفذ {port}: {reason}. جرّب نوع تشفير آخر.",
        en="Encryption with {host} on port {port} failed: {reason}. Try the other kind.",
    ),
    "speaks_tls": Localized(
        ar="يتوقع {host} التشفير من أول كلمة على المنفذ {port}. استخدم tls بدل النوع الحالي.",
        en="{host} expects encryption from the first word on port {port}. Use tls instead.",
    ),
    "no_starttls": Localized(
        ar="لا يقدم {host} تشفير STARTTLS على المنفذ {port}. استخدم tls مع المنفذ 993.",
        en="{host} offers no STARTTLS on port {port}. Use tls with port 993.",
    ),
    "ok_token": Localized(
        ar="أصدر المزود رمز دخول صالحًا حتى {until}.",
        en="The provider gave an access token that is good until {until}.",
    ),
    "grant_refused": Localized(
        ar="انتهت موافقة المزود أو سُحبت ({reason}). امنح الإذن من جديد وأدخل رمز التجديد الجديد.",
        en="The consent has ended or was withdrawn ({reason}). Consent again and enter the new"
        " refresh token.",
    ),
    "client_refused": Localized(
        ar="لا يعرف المزود هذا التطبيق ({reason}). راجع معرّف التطبيق وسره.",
        en="The provider does not know this application ({reason}). Check client id and secret.",
    ),
    "token_server_away": Localized(
        ar="خادم الرموز {host} لا يجيب كما ينبغي ({reason}). حاول لاحقًا أو راجع العنوان.",
        en="The token server {host} does not answer soundly ({reason}). Try later, or check its"
        " address.",
    ),
    "ok_login": Localized(ar="قُبل تسجيل الدخول.", en="The login was accepted."),
    "password_refused": Localized(
        ar="رفض الخادم اسم المستخدم أو كلمة المرور.",
        en="The server refuses the user name or the password.",
    ),
    "token_refused": Localized(
        ar="رفض الخادم رمز الدخول. راجع اسم المستخدم وأن للتطبيق إذن IMAP.",
        en="The server refuses the access token. Check the user name, and that the application may"
        " use IMAP.",
    ),
    "login_unsupported": Localized(
        ar="لا يقبل الخادم هذه الطريقة في تسجيل الدخول: {reason}.",
        en="The server does not take this kind of login: {reason}.",
    ),
    "server_busy": Localized(
        ar="الخادم مشغول الآن ولا يقبل الدخول: {reason}. حاول لاحقًا.",
        en="The server is busy and lets nobody in: {reason}. Try later.",
    ),
    "ok_folder": Localized(
        ar="المجلد {folder} مفتوح وفيه {count} رسالة.",
        en="The folder {folder} is open and holds {count} mails.",
    ),
    "no_such_folder": Localized(
        ar="لا يوجد مجلد باسم {folder}. المجلدات الموجودة: {folders}.",
        en="There is no folder {folder}. These are: {folders}.",
    ),
    "ok_marking": Localized(
        ar="يمكن وضع علامة على ما استُلم.", en="What was taken can be marked on the server."
    ),
    "marking_refused": Localized(
        ar="لا يسمح الخادم بوضع علامة على ما استُلم؛ الاستلام يعمل بدونها.",
        en="The server lets nobody mark what was taken; fetching works without it.",
    ),
    "ok_listener": Localized(
        ar="باب SMTP يجيب ويقبل البريد إلى {address}.",
        en="The SMTP door answers and takes mail to {address}.",
    ),
    "listener_away": Localized(
        ar="باب SMTP لا يجيب: {reason}.", en="The SMTP door does not answer: {reason}."
    ),
    "listener_refuses": Localized(
        ar="باب SMTP لا يقبل البريد إلى {address}: {reason}.",
        en="The SMTP door does not take mail to {address}: {reason}.",
    ),
    "broken_off": Localized(
        ar="انقطع الاتصال: {reason}.", en="The connection broke off: {reason}."
    ),
    "not_tried": Localized(
        ar="لم تُجرَّب هذه الخطوة لأن التي قبلها فشلت.",
        en="Not tried, since the step before it failed.",
    ),
}
"""`reason` is the other side's own word, shortened; it is never a secret of ours."""
