"""What macros did, for the timeline, and what each step of one would do, before it is applied."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from services.tickets.domain import steps
from services.tickets.domain.steps import Placed, Step
from shared.vocabulary import Localized

MACRO_STORIES: Final[Mapping[str, Localized]] = {
    "macro_applied": {
        "ar": "طُبّق الإجراء الجاهز «{name}»",
        "en": "The macro “{name}” was applied",
    },
}

EFFECTS: Final[Mapping[str, Localized]] = {
    "message": {"ar": "يُرسل الرد إلى العميل", "en": "The reply goes to the customer"},
    "note": {"ar": "تُضاف ملاحظة داخلية", "en": "An internal note is added"},
    "priority": {
        "ar": "تصبح الأولوية {to} بعد أن كانت {old}",
        "en": "The priority becomes {to}; it was {old}",
    },
    "priority.same": {"ar": "تبقى الأولوية {to}", "en": "The priority stays {to}"},
    "assign": {"ar": "تُسند التذكرة إلى {name}", "en": "The ticket is assigned to {name}"},
    "assign.nobody": {"ar": "يُلغى إسناد التذكرة", "en": "The ticket is taken from its assignee"},
    "assign.same": {"ar": "يبقى الإسناد كما هو", "en": "The assignee stays"},
    "department": {
        "ar": "تُنقل التذكرة إلى {name}",
        "en": "The ticket moves to {name}",
    },
    "department.same": {
        "ar": "تبقى التذكرة في {name}",
        "en": "The ticket stays in {name}",
    },
    "add_tags": {"ar": "تُضاف الوسوم: {tags}", "en": "Tags are added: {tags}"},
    "add_tags.same": {
        "ar": "الوسوم موجودة من قبل: {tags}",
        "en": "The tags are there already: {tags}",
    },
    "remove_tags": {"ar": "تُزال الوسوم: {tags}", "en": "Tags are removed: {tags}"},
    "remove_tags.same": {
        "ar": "لا تحمل التذكرة هذه الوسوم: {tags}",
        "en": "The ticket does not carry these tags: {tags}",
    },
    "custom": {"ar": "تتغيّر الحقول المخصصة: {keys}", "en": "Custom fields change: {keys}"},
    "custom.same": {
        "ar": "تبقى الحقول المخصصة كما هي: {keys}",
        "en": "The custom fields stay: {keys}",
    },
    "wait": {"ar": "تنتظر التذكرة العميل", "en": "The ticket waits for the customer"},
    "wait.third_party": {
        "ar": "تنتظر التذكرة طرفًا آخر",
        "en": "The ticket waits for a third party",
    },
    "resolve": {"ar": "تُحل التذكرة", "en": "The ticket is resolved"},
    "close": {"ar": "تُغلق التذكرة", "en": "The ticket is closed"},
    "spam": {"ar": "تُصنَّف التذكرة بريدًا مزعجًا", "en": "The ticket is marked as spam"},
}

_WORDS: Final[Mapping[type[Step], str]] = {
    steps.Note: "note",
    steps.SetPriority: "priority",
    steps.Assign: "assign",
    steps.MoveTo: "department",
    steps.AddTags: "add_tags",
    steps.RemoveTags: "remove_tags",
    steps.SetCustom: "custom",
    steps.Wait: "wait",
    steps.Resolve: "resolve",
    steps.Close: "close",
    steps.Spam: "spam",
    steps.Run: "run",
}


def word_of(step: Step) -> str:
    """What a step is called; a text is a message to the customer or a note."""
    if isinstance(step, steps.Say):
        return "message" if step.public else "note"
    return _WORDS[type(step)]


def effect_of(step: Step, *, changes: bool) -> Localized:
    """The sentence for a step; one that changes nothing says so where that can be."""
    word = word_of(step)
    if not changes and f"{word}.same" in EFFECTS:
        return EFFECTS[f"{word}.same"]
    if isinstance(step, steps.Assign) and step.to == "nobody":
        return EFFECTS["assign.nobody"]
    if isinstance(step, steps.Wait) and step.waited_for == "third_party":
        return EFFECTS["wait.third_party"]
    return EFFECTS[word]


def people(row: Sequence[Placed], me: UUID) -> list[UUID]:
    """Whom the steps name."""
    named = [one.step.to for one in row if isinstance(one.step, steps.Assign)]
    return [me if one == "me" else one for one in named if isinstance(one, UUID) or one == "me"]
