"""What the timeline says of requests of the web form."""

from collections.abc import Mapping
from typing import Final

from shared.vocabulary import Localized

VISITOR_STORIES: Final[Mapping[str, Localized]] = {
    "request_confirmed": {
        "ar": "أكّد صاحب العنوان أن الطلب منه",
        "en": "The owner of the address confirmed the request",
    },
    "request_denied": {
        "ar": "قال صاحب العنوان إن الطلب ليس منه",
        "en": "The owner of the address says that the request is not theirs",
    },
}
