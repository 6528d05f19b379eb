"""What the timeline says of tags that came and went; their words are the desk's own text."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.vocabulary import Localized

TOLD: Final = frozenset({"added", "removed", "from_tag", "to_tag"})
"""Members of an entry that are tags: either script, fenced off from the sentence."""

_CHANGES: Final[Mapping[str, Localized]] = {
    "added": {"ar": "أُضيفت الوسوم: {added}", "en": "Tags added: {added}"},
    "removed": {"ar": "أُزيلت الوسوم: {removed}", "en": "Tags removed: {removed}"},
    "added_removed": {
        "ar": "أُضيفت الوسوم: {added}، وأُزيلت: {removed}",
        "en": "Tags added: {added}; removed: {removed}",
    },
}
_SUBJECT: Final[Localized] = {"ar": "عُدّل موضوع التذكرة، و", "en": "The subject was edited. "}

TAG_STORIES: Final[Mapping[str, Localized]] = {
    "edited.tags": {"ar": "عُدّلت وسوم التذكرة", "en": "The tags were edited"},
    "edited.subject_tags": {
        "ar": "عُدّل موضوع التذكرة ووسومها",
        "en": "The subject and the tags were edited",
    },
    **{f"edited.tags.{name}": texts for name, texts in _CHANGES.items()},
    **{
        f"edited.subject_tags.{name}": Localized(
            ar=_SUBJECT["ar"] + texts["ar"], en=_SUBJECT["en"] + texts["en"]
        )
        for name, texts in _CHANGES.items()
    },
}


def difference(before: Iterable[str], after: Iterable[str]) -> dict[str, list[str]]:
    """Which tags came and which went; a side on which nothing happened is left out."""
    old, new = list(before), list(after)
    sides = {
        "added": [one for one in new if one not in old],
        "removed": [one for one in old if one not in new],
    }
    return {name: tags for name, tags in sides.items() if tags}


def variant(data: Mapping[str, Any]) -> str:
    """The fullest sentence about an edit; entries of old do not say which tags."""
    sides = [name for name in ("added", "removed") if data.get(name)]
    edited = f"edited.{'_'.join(data.get('fields', ()))}"
    return ".".join((edited, *(["_".join(sides)] if sides else [])))
