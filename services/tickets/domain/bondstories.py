"""What the timeline says of tickets that were merged, split, tied to others or set aside."""

from collections.abc import Mapping
from typing import Final

from shared.vocabulary import Localized

BOND_STORIES: Final[Mapping[str, Localized]] = {
    "merged": {"ar": "دُمجت التذكرة في {number}", "en": "Merged into {number}"},
    "merged_from": {"ar": "دُمجت فيها التذكرة {number}", "en": "Ticket {number} was merged in"},
    "unmerged": {
        "ar": "أُلغي دمج التذكرة في {number}",
        "en": "The merge into {number} was undone",
    },
    "unmerged_from": {
        "ar": "أُلغي دمج التذكرة {number} في هذه التذكرة",
        "en": "Ticket {number} was taken out again: its merge was undone",
    },
    "split_off": {
        "ar": "نُقلت رسائل من هذه التذكرة إلى تذكرة جديدة {number}",
        "en": "Messages were moved to a new ticket, {number}",
    },
    "split_from": {
        "ar": "فُتحت التذكرة برسائل نُقلت من {number}",
        "en": "Opened with messages that were moved from {number}",
    },
    "linked": {"ar": "رُبطت بالتذكرة {number}", "en": "Linked with ticket {number}"},
    "linked.parent": {
        "ar": "صارت التذكرة {number} أصلًا لهذه التذكرة",
        "en": "Ticket {number} became the parent of this one",
    },
    "linked.child": {
        "ar": "صارت التذكرة {number} فرعًا من هذه التذكرة",
        "en": "Ticket {number} became a child of this one",
    },
    "linked.duplicate_of": {
        "ar": "هذه التذكرة تكرار للتذكرة {number}",
        "en": "This ticket is a duplicate of {number}",
    },
    "linked.has_duplicate": {
        "ar": "التذكرة {number} تكرار لهذه التذكرة",
        "en": "Ticket {number} is a duplicate of this one",
    },
    "linked.incident": {
        "ar": "هذه التذكرة بلاغ عن الحادثة {number}",
        "en": "This ticket reports the incident {number}",
    },
    "linked.report": {
        "ar": "التذكرة {number} بلاغ عن هذه الحادثة",
        "en": "Ticket {number} reports this incident",
    },
    "follow_up": {
        "ar": "تُكمل هذه التذكرة التذكرة المغلقة {number}",
        "en": "This ticket goes on with the closed ticket {number}",
    },
    "followed_up": {
        "ar": "فُتحت التذكرة {number} لإكمال هذه التذكرة",
        "en": "Ticket {number} was opened to go on with this one",
    },
    "unlinked": {
        "ar": "أُلغي الربط بالتذكرة {number}",
        "en": "No longer linked with ticket {number}",
    },
    "spam": {"ar": "صُنّفت التذكرة بريدًا مزعجًا", "en": "The ticket was marked as spam"},
    "unspam": {
        "ar": "رُفع عن التذكرة تصنيف البريد المزعج",
        "en": "The ticket is no longer marked as spam",
    },
    "reports_told": {
        "ar": "يُبلَّغ بالحل أصحاب البلاغات، وعددها {total}",
        "en": "The solution goes to the reports of this incident: {total}",
    },
    "told_by_incident.lacking": {
        "ar": "حُلّت مع الحادثة {number}، وبقيت حقول مطلوبة فارغة: {fields}",
        "en": "Solved together with the incident {number}; required fields stayed empty: {fields}",
    },
    "told_by_incident": {
        "ar": "حُلّت مع الحادثة {number}",
        "en": "Solved together with the incident {number}",
    },
}
