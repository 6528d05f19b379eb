"""What the policy commands say, in both languages."""

import json
from typing import Any, Final

from deploy.local.policy.applying import Done
from deploy.local.policy.differing import ABSENT, Difference
from deploy.local.policy.planning import Moves, Plan, Step

_WIDEST: Final = 160
_KINDS: Final = {
    "en": {"calendars": "calendar", "policies": "policy", "contracts": "contract"},
    "ar": {"calendars": "التقويم", "policies": "السياسة", "contracts": "العقد"},
}
_TEXTS: Final = {
    "none": {"en": "Nothing to change.", "ar": "لا شيء يتغيّر."},
    "make": {"en": "new", "ar": "جديد"},
    "stale": {
        "en": "the file was written from version {file}, the desk has {desk}: export again,"
        " or take the line `version` out to overrule it",
        "ar": "كُتب الملف عن الإصدار {file} والمكتب على {desk}: صدّر من جديد،"
        " أو احذف السطر `version` لتتجاوزه",
    },
    "sum": {
        "en": "To make: {make}. To change: {change}. Open tickets with another due time: {moves}.",
        "ar": "للإنشاء: {make}. للتغيير: {change}. التذاكر المفتوحة التي يتغيّر موعدها: {moves}.",
    },
    "calendar_moves": {
        "en": "open tickets that move at once: {n}",
        "ar": "التذاكر المفتوحة التي تنتقل فورًا: {n}",
    },
    "policy_moves": {
        "en": "open tickets that would move with --open-tickets: {n} (without it they keep theirs)",
        "ar": "التذاكر المفتوحة التي تنتقل مع --open-tickets: {n} (وإلا بقيت على سياستها)",
    },
    "at_least": {"en": "{n} or more", "ar": "{n} أو أكثر"},
    "unknown": {"en": "not counted", "ar": "غير معدودة"},
    "ask": {"en": "Apply this?", "ar": "هل تطبّق هذا؟"},
    "refused": {
        "en": "Nothing was applied: the desk has changed since the file was written.",
        "ar": "لم يُطبّق شيء: تغيّر المكتب منذ كُتب الملف.",
    },
    "done": {
        "en": "done: {kind} {label}, version {version}",
        "ar": "تمّ: {kind} {label}، الإصدار {version}",
    },
    "moved": {"en": "; open tickets moved: {n}", "ar": "؛ التذاكر المفتوحة المنقولة: {n}"},
    "stopped": {
        "en": "Sanad does not run on this home; start it with `sanad up`.",
        "ar": "لا يعمل سند على هذا المجلد؛ شغّله بالأمر `sanad up`.",
    },
}


def say(name: str, language: str, **facts: object) -> str:
    return _TEXTS[name][language].format(**facts)


def plan_lines(plan: Plan, language: str, names: dict[str, str]) -> list[str]:
    """The plan for a person; `names` tells ids as keys of the file."""
    if not plan.changes:
        return [say("none", language)]
    lines = [line for step in plan.changes for line in _step(step, language, names)]
    made = sum(step.is_new for step in plan.changes)
    moves = _sum([step.moves for step in plan.changes if not step.is_new], language)
    rest = len(plan.changes) - made
    return [*lines, "", say("sum", language, make=made, change=rest, moves=moves)]


def done_line(done: Done, language: str) -> str:
    kind = _KINDS[language][done.step.entry.kind]
    label = _quoted(done.step.entry.label, language)
    line = say("done", language, kind=kind, label=label, version=done.version)
    return line if done.moved is None else line + say("moved", language, n=done.moved)


def _step(step: Step, language: str, names: dict[str, str]) -> list[str]:
    kind, label = _KINDS[language][step.entry.kind], _quoted(step.entry.label, language)
    if step.running is None:
        fields = [Difference(name, ABSENT, value) for name, value in step.fields.items()]
        head = f"+ {kind} {label}: {say('make', language)}"
        return [head, *(_line(one, names) for one in fields)]
    version = step.running["version"]
    lines = [f"~ {kind} {label}: {version} -> {version + 1}"]
    lines += [_line(one, names) for one in step.differences]
    if step.stale:
        lines.append("    ! " + say("stale", language, file=step.entry.version, desk=version))
    if step.entry.kind != "contracts":
        which = "calendar_moves" if step.entry.kind == "calendars" else "policy_moves"
        lines.append("    " + say(which, language, n=_moves(step.moves, language)))
    return lines


def _line(one: Difference, names: dict[str, str]) -> str:
    if one.old is ABSENT:
        return f"    + {one.path}: {_value(one.new, names)}"
    if one.new is ABSENT:
        return f"    - {one.path}: {_value(one.old, names)}"
    return f"    ~ {one.path}: {_value(one.old, names)} -> {_value(one.new, names)}"


def _value(value: Any, names: dict[str, str]) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    for known, name in names.items():
        text = text.replace(known, name)
    return text if len(text) <= _WIDEST else text[:_WIDEST] + "…"


def _moves(moves: Moves | None, language: str) -> str:
    if moves is None:
        return say("unknown", language)
    return str(moves.tickets) if moves.complete else say("at_least", language, n=moves.tickets)


def _sum(moves: list[Moves | None], language: str) -> str:
    known = [one for one in moves if one is not None]
    complete = len(known) == len(moves) and all(one.complete for one in known)
    return _moves(Moves(sum(one.tickets for one in known), complete), language)


def _quoted(label: str, language: str) -> str:
    """Latin keys inside an Arabic line keep their own direction."""
    return f"\u2068{label}\u2069" if language == "ar" else label
