"""Macros as the rules see them: found with all that they run, checked against the house."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from services.tickets.domain import steps
from services.tickets.domain.placeholders import crowded, plain, unknown
from services.tickets.domain.rights import Viewer
from services.tickets.domain.steps import Placed, Recipe, Step, unfold
from services.tickets.domain.written import steps_of
from services.tickets.problems import macros as refusals
from services.tickets.store import macros
from services.tickets.store.rows import Row
from services.tickets.usecases.directory import require_assignee, require_department
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problem import FieldError, SpokenError
from shared.kit.problems import NotFound, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Locale, Localized

_SOMEBODYS = Localized(ar="إجراء جاهز خاص", en="a private macro")


def recipe_of(row: Row | dict[str, Any]) -> Recipe:
    """A stored macro."""
    text = None
    if row["body_ar"] is not None:
        text = Localized(ar=row["body_ar"], en=row["body_en"])
    name = Localized(ar=row["name_ar"], en=row["name_en"])
    return Recipe(row["id"], name, text, row["public"], steps_of(row["actions"]))


async def gather(tx: Tx, viewer: Viewer, macro_id: UUID) -> tuple[Recipe, tuple[Placed, ...]]:
    """A macro that this viewer may apply, and its steps."""
    rows = {row["id"]: row for row in await macros.reached(tx, viewer, [macro_id])}
    if macro_id not in rows or not rows[macro_id]["visible"]:
        raise NotFound
    if not rows[macro_id]["active"]:
        raise refusals.MacroInactive
    usable = {key: recipe_of(one) for key, one in rows.items() if one["usable"]}
    return usable[macro_id], unfolded(usable[macro_id], usable)


def retold(row: Sequence[Placed], recipe: Recipe, say: steps.Say) -> tuple[Placed, ...]:
    """The same steps with another text in the place of the macro's own."""
    own = (recipe.id, "/body")
    rest = [one for one in row if (one.macro_id, one.pointer) != own]
    return (Placed(say, "/body", recipe.id), *rest)


def unfolded(recipe: Recipe, known: dict[UUID, Recipe]) -> tuple[Placed, ...]:
    """The steps, or what is wrong with the macro as callers are told."""
    try:
        return unfold(recipe, known)
    except steps.Loop as loop:
        raise refusals.MacroLoop(_names(loop.path, recipe, known)) from None
    except steps.TooDeep:
        raise refusals.MacroTooDeep(deepest=steps.DEEPEST) from None
    except steps.TooLong:
        raise refusals.MacroTooLong(most=steps.MOST_STEPS) from None
    except steps.Missing as missing:
        raise refusals.MacroUnusable(
            step=f"#{missing.pointer}", macro_id=missing.macro_id
        ) from None


def _names(
    path: Sequence[UUID], recipe: Recipe, known: dict[UUID, Recipe]
) -> list[tuple[str, Localized]]:
    by_id = known if recipe.id is None else {**known, recipe.id: recipe}
    return [(str(one), by_id[one].name if one in by_id else _SOMEBODYS) for one in path]


async def require_references(
    context: Context, caller: Caller, row: Sequence[Step], place: str = "/actions"
) -> None:
    """ValidationFailed unless the departments and people that steps name exist."""
    for index, step in enumerate(row):
        pointer = f"{place}/{index}"
        try:
            if isinstance(step, steps.MoveTo):
                await require_department(context, step.department_id, caller.locale)
            if isinstance(step, steps.Assign) and isinstance(step.to, UUID):
                pointer = f"{pointer}/to"
                await require_assignee(context, step.to, caller.locale)
        except ValidationFailed as refusal:
            raise _moved(refusal, pointer) from None


def _moved(refusal: ValidationFailed, pointer: str) -> ValidationFailed:
    """The same complaint about the place where the caller wrote it."""
    errors: list[FieldError] = []
    for one in refusal.errors:
        ending = "" if pointer.endswith("/to") else one.pointer.removeprefix("#")
        errors.append(one.model_copy(update={"pointer": f"#{pointer}{ending}"}))
    return ValidationFailed(errors=errors)


def require_placeholders(locale: Locale, texts: Sequence[tuple[str, str]]) -> None:
    """ValidationFailed for every text with gaps that stand for nothing; (pointer, text)."""
    errors = list(_faults(locale, texts))
    if errors:
        raise ValidationFailed(errors=errors)


def _faults(locale: Locale, texts: Sequence[tuple[str, str]]) -> Iterator[FieldError]:
    for pointer, text in texts:
        if crowded(text):
            told, code = refusals.PLACEHOLDERS_CROWDED, "too_many_placeholders"
        elif strange := unknown(text):
            told, code = _named(refusals.PLACEHOLDER_UNKNOWN, strange), "unknown_placeholder"
        else:
            continue
        message = told["ar" if locale is Locale.AR else "en"]
        yield SpokenError(pointer=pointer, code=code, message=message, texts=told)


def _named(told: Localized, names: Sequence[str]) -> Localized:
    name = ", ".join(plain(one)[:60] for one in names[:5])
    return Localized(ar=told["ar"].format(name=name), en=told["en"].format(name=name))


def texts_of(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Every text of a macro with its place: its body, and the notes among its actions."""
    found = [
        (f"/body/{language}", values[f"body_{language}"])
        for language in ("ar", "en")
        if values.get(f"body_{language}") is not None
    ]
    return found + notes_of(values["actions"])


def notes_of(actions: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Texts of the notes among actions as they were sent."""
    found = []
    for index, action in enumerate(actions):
        if action["do"] != "note":
            continue
        body, pointer = action["body"], f"/actions/{index}/body"
        if isinstance(body, str):
            found.append((pointer, body))
        else:
            found += [(f"{pointer}/{language}", text) for language, text in body.items()]
    return found
