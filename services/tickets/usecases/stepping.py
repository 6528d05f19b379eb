"""Steps of macros and bulk actions on a ticket in hand: the same acts as the verbs by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.domain import steps
from services.tickets.domain.steps import Placed, Step
from services.tickets.domain.tags import key_of, retagged
from services.tickets.problems.fields import fault
from services.tickets.usecases import spamming, verbs
from services.tickets.usecases.editing import Edit, amend
from services.tickets.usecases.filling import Reader, Words
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import write
from services.tickets.usecases.solving import solve
from shared.kit.locale import pick
from shared.kit.problems import Problem
from shared.vocabulary import Locale

Change = (
    steps.Assign
    | steps.SetPriority
    | steps.MoveTo
    | steps.AddTags
    | steps.RemoveTags
    | steps.SetCustom
)
Move = steps.Wait | steps.Resolve | steps.Close | steps.Spam

MOST_TAGS: Final = 20


@dataclass(slots=True)
class Play:
    """One row of steps on one ticket."""

    life: Life
    words: Words
    locale: Locale | None = None
    """Of the text to the customer, where somebody wants to read it in another than theirs."""
    said: UUID | None = None
    """What was last written to the customer and goes along with what ends or pauses the ticket."""
    _counted: tuple[datetime, ...] = ()
    """Reopenings by mail before those words, while nothing else was done."""

    async def through(self, row: Sequence[Placed]) -> None:
        """All of them; the first that is refused says where it stands, and nothing is saved."""
        for placed in row:
            await self.one(placed)

    async def one(self, placed: Placed) -> None:
        try:
            await self._do(placed.step)
        except Problem as refusal:
            refusal.params["step"] = f"#{placed.pointer}"
            if placed.macro_id is not None:
                refusal.params["macro_id"] = placed.macro_id
            raise

    async def _do(self, step: Step) -> None:
        match step:
            case steps.Say():
                await self._say(step)
            case steps.Note():
                await write(self.life, self.text(step), public=False)
            case steps.Wait() | steps.Resolve() | steps.Close() | steps.Spam():
                self._move(step)
            case steps.Run():
                raise AssertionError("unfolded before it is played")
            case _:
                self._change(step)

    def _change(self, step: Change) -> None:
        match step:
            case steps.Assign():
                verbs.hand(self.life, self.assignee(step))
            case steps.SetPriority():
                self._amend({"priority": step.priority}, step.reason)
            case steps.MoveTo():
                self._amend({"department_id": step.department_id}, step.reason)
            case steps.AddTags() | steps.RemoveTags():
                self._tag(step)
            case steps.SetCustom():
                self._amend({"custom": step.values})

    async def _say(self, step: steps.Say) -> None:
        counted = self.life.ticket.mail_reopens
        message_id = await write(self.life, self.text(step), public=step.public)
        if step.public:
            self.said, self._counted = message_id, counted

    def _move(self, step: Move) -> None:
        said, self.said = self.said, None
        counted, self._counted = self._counted, ()
        match step:
            case steps.Wait():
                verbs.pause(self.life, step.waited_for, said, step.reason)
            case steps.Resolve():
                solve(self.life, said)
                if counted:  # its words are part of the resolution (verbs.resolve)
                    self.life.change(mail_reopens=counted)
            case steps.Close():
                verbs.end(self.life, step.reason)
            case steps.Spam():
                spamming.put_aside(self.life, step.reason)

    def _tag(self, step: steps.AddTags | steps.RemoveTags) -> None:
        old = self.life.ticket.tags
        named = [self.words.tags.get(key_of(tag), tag) for tag in step.tags]
        adds = isinstance(step, steps.AddTags)
        new = retagged(old, named if adds else (), () if adds else (*named, *step.tags))
        if len(new) > max(MOST_TAGS, len(old)):
            raise fault("/tags", "too_many_tags", self.words.locale, most=str(MOST_TAGS))
        if new != old:
            self._amend({"tags": list(new)})

    def _amend(self, fields: dict[str, Any], reason: str | None = None) -> None:
        amend(self.life, Edit(fields, reason=reason))
        self.life.acted()
        self._counted = ()

    def text(self, step: steps.Say | steps.Note) -> str:
        """As it will be read; a literal one as it was typed."""
        if isinstance(step, steps.Say) and step.literal:
            return step.text["ar"]
        reader = self.reader(step)
        return self.words.said(self.life, pick(step.text, reader.locale), reader)

    def missing(self, step: steps.Say | steps.Note) -> list[str]:
        """Placeholders of the text for which the ticket has nothing."""
        reader = self.reader(step)
        return self.words.missing(self.life, pick(step.text, reader.locale), reader)

    def reader(self, step: steps.Say | steps.Note) -> Reader:
        """The customer in the ticket's language, colleagues in that of whoever writes."""
        if isinstance(step, steps.Say) and step.public:
            return Reader(self.locale or self.life.ticket.locale, staff=False)
        return Reader(self.words.locale, staff=True)

    def assignee(self, step: steps.Assign) -> UUID | None:
        match step.to:
            case "me":
                return self.words.agent
            case "nobody":
                return None
            case _:
                return step.to


_TOLD: Final = ("status", "code", "title", "detail", "step", "legal", "errors")


def told(refusal: Problem, reader: Locale) -> dict[str, Any]:
    """A refusal inside an answer: what its own document would say."""
    document = refusal.document(reader)
    return {name: document[name] for name in _TOLD if name in document}
