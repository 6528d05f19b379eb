"""What a macro would do to a ticket: it is played for real, told step by step, and undone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from uuid import UUID

from services.tickets.domain import macrostories, placeholders, rights, steps
from services.tickets.domain.calling import PRIORITY_WORDS, department
from services.tickets.domain.steps import Placed, Say
from services.tickets.domain.words import Ticket
from services.tickets.store import directory
from services.tickets.usecases import answers, recipes
from services.tickets.usecases.answers import Cards
from services.tickets.usecases.filling import learn
from services.tickets.usecases.life import Actor, Life
from services.tickets.usecases.sight import see, staff_only
from services.tickets.usecases.stepping import Play, told
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.locale import isolate, pick
from shared.kit.problem import Problem
from shared.kit.tx import Tx
from shared.vocabulary import Locale, Localized


@dataclass(frozen=True, slots=True)
class Wish:
    """Which macro on which ticket, the language of its text, and that of whoever asks."""

    macro_id: UUID
    ticket_id: UUID
    locale: Locale | None
    reader: Locale


class _Enough(Exception):
    """Ends a trial, so that nothing of it stays."""


async def preview(context: Context, caller: Caller, wish: Wish) -> dict[str, Any]:
    """The text, and what each step would do as the ticket stands now; nothing is changed."""
    viewer = staff_only(caller)
    async with context.tx(caller) as look:
        recipe, row = await recipes.gather(look, viewer, wish.macro_id)
    words = await learn(context, caller, viewer, [wish.ticket_id], row)
    cards = await answers.cards_for(context, macrostories.people(row, caller.id))
    async with context.tx() as look:
        departments = {
            one["id"]: Localized(ar=one["name_ar"], en=one["name_en"])
            for one in await directory.departments(look)
        }
    async with context.tx(caller) as tx:
        found = await see(tx, viewer, wish.ticket_id)
        box = await context.vault.box(found["organization_id"])
        actor = Actor(caller.id, rights.voice(viewer, found["requester_id"]))
        life = Life(tx, found, box, actor)
        locale = wish.locale or life.ticket.locale
        trial = Trial(Play(life, words, wish.locale), cards, departments, wish.reader)
        await trial.run(tx, row)
    return {
        "ticket_id": wish.ticket_id,
        "macro_id": wish.macro_id,
        "locale": locale,
        "public": recipe.public,
        "body": trial.body,
        "missing": list(dict.fromkeys(trial.missing)),
        "actions": trial.effects,
        "applicable": not trial.refused,
    }


def _undo() -> NoReturn:
    raise _Enough


@dataclass(slots=True)
class Trial:
    """One play that is told about."""

    play: Play
    cards: Cards
    departments: dict[UUID, Localized]
    reader: Locale
    body: str | None = None
    missing: list[str] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)
    refused: bool = False

    async def run(self, tx: Tx, row: Sequence[Placed]) -> None:
        try:
            async with tx.attempt():
                for placed in row:
                    await self._try(placed, first=placed is row[0])
                _undo()
        except _Enough:
            return

    async def _try(self, placed: Placed, *, first: bool) -> None:
        said = self._said(placed)
        if first and placed.pointer == "/body":
            self.body = said
        if self.refused:
            self._tell(placed, None, said, self.play.life.ticket)
            return
        before = self.play.life.ticket
        try:
            await self.play.one(placed)
        except Problem as refusal:
            self.refused = True
            self._tell(placed, None, said, before, refusal)
            return
        changes = self.play.life.ticket.version != before.version
        self._tell(placed, changes, said, before)

    def _said(self, placed: Placed) -> str | None:
        step = placed.step
        if not isinstance(step, Say | steps.Note):
            return None
        self.missing += self.play.missing(step)
        return self.play.text(step)

    def _tell(
        self,
        placed: Placed,
        changes: bool | None,  # noqa: FBT001 - None stands beside the two
        said: str | None,
        before: Ticket,
        refusal: Problem | None = None,
    ) -> None:
        texts = macrostories.effect_of(placed.step, changes=changes is not False)
        self.effects.append(
            {
                "do": macrostories.word_of(placed.step),
                "step": f"#{placed.pointer}",
                "macro_id": placed.macro_id,
                "text": pick(texts, self.reader).format_map(self._gaps(placed, before)),
                "changes": changes,
                "body": said,
                "problem": refusal and told(refusal, self.reader),
            }
        )

    def _gaps(self, placed: Placed, before: Ticket) -> dict[str, str]:
        match placed.step:
            case steps.SetPriority(priority):
                words = {"to": PRIORITY_WORDS[priority], "old": PRIORITY_WORDS[before.priority]}
                return {name: pick(texts, self.reader) for name, texts in words.items()}
            case steps.Assign():
                person_id = self.play.assignee(placed.step)
                card = self.cards.get(person_id) if person_id else None
                return {"name": self._fenced((card and card.name) or placeholders.NOTHING)}
            case steps.MoveTo(department_id):
                names = self.departments.get(department_id)
                name = pick(names, self.reader) if names else placeholders.NOTHING
                return {"name": department(name, self.reader)}
            case steps.AddTags(tags) | steps.RemoveTags(tags):
                return {"tags": self._row(tags)}
            case steps.SetCustom(values):
                return {"keys": self._row(values)}
            case _:
                return {}

    def _row(self, words: Sequence[str] | Any) -> str:
        comma = "، " if self.reader is Locale.AR else ", "
        return comma.join(self._fenced(word) for word in words)

    def _fenced(self, word: str) -> str:
        return isolate(word) if self.reader is Locale.AR else str(word)
