"""The same stories for readers who may not see the other ticket: they are not told its number."""

from collections.abc import Mapping
from typing import Any, Final

from services.tickets.domain.words import parse_number
from shared.vocabulary import Localized

UNNAMED_STORIES: Final[Mapping[str, Localized]] = {
    "merged": {"ar": "دُمجت التذكرة في تذكرة أخرى", "en": "Merged into another ticket"},
    "merged_from": {"ar": "دُمجت فيها تذكرة أخرى", "en": "Another ticket was merged in"},
    "unmerged": {
        "ar": "أُلغي دمج التذكرة في تذكرة أخرى",
        "en": "The merge into another ticket was undone",
    },
    "unmerged_from": {
        "ar": "أُلغي دمج تذكرة أخرى في هذه التذكرة",
        "en": "Another ticket was taken out again: its merge was undone",
    },
    "split_off": {
        "ar": "نُقلت رسائل من هذه التذكرة إلى تذكرة جديدة",
        "en": "Messages were moved to a new ticket",
    },
    "split_from": {
        "ar": "فُتحت التذكرة برسائل نُقلت من تذكرة أخرى",
        "en": "Opened with messages that were moved from another ticket",
    },
    "linked": {"ar": "رُبطت بتذكرة أخرى", "en": "Linked with another ticket"},
    "linked.parent": {
        "ar": "صارت تذكرة أخرى أصلًا لهذه التذكرة",
        "en": "Another ticket became the parent of this one",
    },
    "linked.child": {
        "ar": "صارت تذكرة أخرى فرعًا من هذه التذكرة",
        "en": "Another ticket became a child of this one",
    },
    "linked.duplicate_of": {
        "ar": "هذه التذكرة تكرار لتذكرة أخرى",
        "en": "This ticket is a duplicate of another one",
    },
    "linked.has_duplicate": {
        "ar": "تذكرة أخرى تكرار لهذه التذكرة",
        "en": "Another ticket is a duplicate of this one",
    },
    "linked.incident": {
        "ar": "هذه التذكرة بلاغ عن حادثة",
        "en": "This ticket reports an incident",
    },
    "linked.report": {
        "ar": "تذكرة أخرى بلاغ عن هذه الحادثة",
        "en": "Another ticket reports this incident",
    },
    "follow_up": {
        "ar": "تُكمل هذه التذكرة تذكرة مغلقة",
        "en": "This ticket goes on with a closed ticket",
    },
    "followed_up": {
        "ar": "فُتحت تذكرة أخرى لإكمال هذه التذكرة",
        "en": "Another ticket was opened to go on with this one",
    },
    "unlinked": {
        "ar": "أُلغي الربط بتذكرة أخرى",
        "en": "No longer linked with another ticket",
    },
    "possibly_related": {
        "ar": "قد تكون متصلة بتذكرة أخرى",
        "en": "May be related to another ticket",
    },
    "told_by_incident.lacking": {
        "ar": "حُلّت مع حادثة، وبقيت حقول مطلوبة فارغة: {fields}",
        "en": "Solved together with an incident; required fields stayed empty: {fields}",
    },
    "told_by_incident": {"ar": "حُلّت مع حادثة", "en": "Solved together with an incident"},
}


def number_of(data: Mapping[str, Any] | None) -> int | None:
    """The other ticket that an entry of the timeline names."""
    named = (data or {}).get("number")
    return None if named is None else parse_number(named)
