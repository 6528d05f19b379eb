"""Entries of the timeline that are about somebody: by name, where the reader may know it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from shared.vocabulary import Localized

PEOPLE: Final[Mapping[str, str]] = MappingProxyType(
    {"assignee_id": "assignee", "previous_id": "previous", "person_id": "person"}
)
"""Members of an entry that name somebody, and under which name they are told."""
NAMES: Final = frozenset(PEOPLE.values())

PEOPLE_STORIES: Final[Mapping[str, Localized]] = {
    "assigned": {"ar": "أُسندت التذكرة إلى موظف", "en": "The ticket was assigned"},
    "assigned.named": {
        "ar": "أُسندت التذكرة إلى {assignee}",
        "en": "The ticket was assigned to {assignee}",
    },
    "assigned.moved": {
        "ar": "نُقلت التذكرة من {previous} إلى {assignee}",
        "en": "The ticket passed from {previous} to {assignee}",
    },
    "assigned.escalation": {
        "ar": "أُسندت التذكرة بموجب التصعيد",
        "en": "The ticket was assigned by escalation",
    },
    "assigned.escalation.named": {
        "ar": "أُسندت التذكرة بموجب التصعيد إلى {assignee}",
        "en": "The ticket was assigned to {assignee} by escalation",
    },
    "assigned.escalation.moved": {
        "ar": "نُقلت التذكرة بموجب التصعيد من {previous} إلى {assignee}",
        "en": "The ticket passed from {previous} to {assignee} by escalation",
    },
    "assigned.round_robin": {
        "ar": "أُسندت التذكرة بالتناوب إلى من حان دوره",
        "en": "The ticket was assigned by round robin",
    },
    "assigned.round_robin.named": {
        "ar": "أُسندت التذكرة بالتناوب إلى {assignee}",
        "en": "The ticket was assigned to {assignee} by round robin",
    },
    "assigned.absence": {
        "ar": "أُسندت التذكرة إلى زميل لغياب من كانت لديه",
        "en": "The ticket passed to a colleague: whoever had it is away",
    },
    "assigned.absence.named": {
        "ar": "أُسندت التذكرة إلى {assignee} لغياب من كانت لديه",
        "en": "The ticket passed to {assignee}: whoever had it is away",
    },
    "assigned.absence.moved": {
        "ar": "نُقلت التذكرة إلى {assignee} لغياب {previous}",
        "en": "The ticket passed to {assignee}: {previous} is away",
    },
    "unassigned": {"ar": "أُلغي إسناد التذكرة", "en": "The ticket was unassigned"},
    "unassigned.moved": {
        "ar": "أُلغي إسناد التذكرة إلى {previous}",
        "en": "The ticket was unassigned from {previous}",
    },
    "participant_added": {
        "ar": "أُضيف مشارك إلى التذكرة",
        "en": "A participant was added to the ticket",
    },
    "participant_added.named": {
        "ar": "أُضيف إلى المشاركين في التذكرة: {person}",
        "en": "{person} was added to the ticket",
    },
    "participant_removed": {
        "ar": "أُخرج مشارك من التذكرة",
        "en": "A participant was removed from the ticket",
    },
    "participant_removed.named": {
        "ar": "أُخرج من المشاركين في التذكرة: {person}",
        "en": "{person} was removed from the ticket",
    },
    "follower_added": {"ar": "يتابع موظف التذكرة", "en": "A colleague watches the ticket"},
    "follower_added.named": {
        "ar": "بدأت متابعة التذكرة: {person}",
        "en": "{person} watches the ticket",
    },
    "follower_removed": {
        "ar": "لم يعد موظف يتابع التذكرة",
        "en": "A colleague watches the ticket no more",
    },
    "follower_removed.named": {
        "ar": "انتهت متابعة التذكرة: {person}",
        "en": "{person} watches the ticket no more",
    },
}


def about(kind: str, data: Mapping[str, Any]) -> str | None:
    """The fullest sentence that the known names allow; None for entries about nobody."""
    if kind == "assigned":
        return _assigned(data)
    return f"{kind}.named" if data.get("person") else None


def _assigned(data: Mapping[str, Any]) -> str:
    previous = bool(data.get("previous"))
    if data.get("assignee_id") is None:
        return "unassigned.moved" if previous else "unassigned"
    begin = f"assigned.{data['cause']}" if data.get("cause") else "assigned"
    if not data.get("assignee"):
        return begin
    moved = f"{begin}.moved"
    return moved if previous and moved in PEOPLE_STORIES else f"{begin}.named"
