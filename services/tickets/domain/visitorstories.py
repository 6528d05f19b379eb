"""What the timeline says of requests of the web form."""

from collections.abc import Mapping
from typing import Final

from shared.vocabulary import Localized

VISITOR_STORIES: Final[Mapping[str, Localized]] = {
    "priority_wished": {
        "ar": "طلب الزائر الأولوية {wish}، وتبقى {priority} حتى يؤكد أن الطلب منه",
        "en": "The visitor wished for {wish}; it stays {priority} until they confirm the request",
    },
    "address_mixed": {
        "ar": "في عنوان المرسل حروف من كتابات مختلفة، وقد يشبه عنوان شخص آخر: تحقّق قبل الرد",
        "en": "The sender's address mixes letters of several scripts and may pass for somebody"
        " else's: make sure before you answer",
    },
    "reply_unheard.disabled": {
        "ar": "لم يُرسل الرد بالبريد: حساب صاحب التذكرة موقوف",
        "en": "No mail carries the reply: the requester's account is disabled",
    },
    "reply_unheard.denied": {
        "ar": "لم يُرسل الرد بالبريد: قال صاحب العنوان إن الطلب ليس منه",
        "en": "No mail carries the reply: the owner of the address says it is not their request",
    },
    "reply_unheard.denied_another": {
        "ar": "لم يُرسل الرد بالبريد: أنكر صاحب العنوان طلبًا آخر من النموذج خلال آخر 30 يومًا،"
        " ولم يؤكد هذا",
        "en": "No mail carries the reply: the owner of the address denied another request of the"
        " form within the last 30 days, and has not confirmed this one",
    },
    "request_vouched": {
        "ar": "أكّد فريق الدعم أن الطلب من صاحب العنوان",
        "en": "The support team vouched that the request is the address owner's",
    },
    "request_confirmed": {
        "ar": "أكّد صاحب العنوان أن الطلب منه",
        "en": "The owner of the address confirmed the request",
    },
    "request_denied": {
        "ar": "قال صاحب العنوان إن الطلب ليس منه",
        "en": "The owner of the address says that the request is not theirs",
    },
}
