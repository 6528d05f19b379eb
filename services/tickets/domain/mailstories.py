"""What the timeline says of mail beside its messages: held, refused, come back, unsaid."""

from collections.abc import Mapping
from typing import Final

from shared.vocabulary import Localized

MAIL_STORIES: Final[Mapping[str, Localized]] = {
    "mail_held": {
        "ar": "رسالة محتجزة تنتظر قبولها أو رفضها: {mail_reason}",
        "en": "A mail waits to be accepted or refused: {mail_reason}",
    },
    "mail_rejected": {"ar": "رُفضت رسالة محتجزة", "en": "A waiting mail was refused"},
    "mail_forwarded": {
        "ar": "أعاد موظف توجيه رسالة العميل",
        "en": "A colleague forwarded the customer's mail",
    },
    "participants_proposed": {
        "ar": "ذُكرت في الرسالة عناوين أخرى لم تُضف إلى التذكرة: {count}",
        "en": "The mail names other addresses that were not added: {count}",
    },
    "sender_unverified": {
        "ar": "فشل إثبات هوية المرسل، فتحقق منه قبل الرد",
        "en": "The proof of the sender failed: make sure before you answer",
    },
    "possibly_related": {
        "ar": "قد تكون متصلة بالتذكرة {number}",
        "en": "May be related to ticket {number}",
    },
    "mail_bounced": {
        "ar": "لم تصل رسالتنا إلى العميل",
        "en": "Our mail did not reach the customer",
    },
    "mail_bounced.dead": {
        "ar": "لم تصل رسالتنا: عنوان العميل غير موجود",
        "en": "Our mail did not arrive: the customer's address does not exist",
    },
    "mail_bounced.delayed": {
        "ar": "تأخر تسليم رسالتنا إلى العميل",
        "en": "Delivery of our mail to the customer is delayed",
    },
    "acknowledgement_suppressed.repeated": {
        "ar": "لم يُرسل إشعار الاستلام: أُرسل مثله قبل قليل",
        "en": "No acknowledgement was sent: the same one went a moment ago",
    },
    "acknowledgement_suppressed.no_reply": {
        "ar": "لم يُرسل إشعار الاستلام: لا أحد يقرأ بريد هذا العنوان",
        "en": "No acknowledgement was sent: nobody reads mail at that address",
    },
    "acknowledgement_suppressed.own_address": {
        "ar": "لم يُرسل إشعار الاستلام: العنوان من عناويننا",
        "en": "No acknowledgement was sent: the address is one of ours",
    },
    "acknowledgement_suppressed.bounced": {
        "ar": "لم يُرسل إشعار الاستلام: عنوان العميل غير موجود",
        "en": "No acknowledgement was sent: the customer's address does not exist",
    },
    "acknowledgement_suppressed.automatic": {
        "ar": "لم يُرسل إشعار الاستلام: الرسالة آلية",
        "en": "No acknowledgement was sent: a machine wrote the mail",
    },
    "acknowledgement_suppressed.not_wanted": {
        "ar": "لم يُرسل إشعار الاستلام: المرسل غير موثوق أو الرسالة من قائمة بريدية",
        "en": "No acknowledgement was sent: unverified sender or mailing list",
    },
    "acknowledgement_suppressed.denied": {
        "ar": "لم يُرسل إشعار الاستلام: أنكر صاحب العنوان طلبًا من النموذج خلال آخر 30 يومًا",
        "en": "No acknowledgement was sent: the owner of the address denied a request of the form"
        " within the last 30 days",
    },
    "acknowledgement_suppressed.disabled": {
        "ar": "لم يُرسل إشعار الاستلام: الحساب موقوف",
        "en": "No acknowledgement was sent: the account is disabled",
    },
    "acknowledgement_suppressed.solved": {
        "ar": "لم يُرسل إشعار الاستلام: انتهت التذكرة قبل إرساله",
        "en": "No acknowledgement was sent: the ticket had ended before it could go",
    },
    "acknowledgement_suppressed": {
        "ar": "لم يُرسل إشعار الاستلام: تجاوز العنوان الحد",
        "en": "No acknowledgement was sent: the address reached its cap",
    },
}
