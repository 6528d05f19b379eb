"""A macro applied to one ticket: all of it in one transaction, or nothing."""

from uuid import UUID

from services.tickets.domain.steps import Recipe, Say
from services.tickets.store import macros
from services.tickets.store.rows import Row
from services.tickets.usecases import recipes
from services.tickets.usecases.filling import learn
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import staff_only
from services.tickets.usecases.stepping import Play
from shared.kit.callers import Caller
from shared.kit.tx import Tx


async def apply(
    tx: Tx,
    caller: Caller,
    ticket_id: UUID,
    macro_id: UUID,
    *,
    body: str | None,
) -> tuple[Row, Life]:
    """What it says and does, in its order; `body` is its text as somebody has edited it."""
    viewer = staff_only(caller)
    context = tx.context
    async with context.tx(caller) as look:
        recipe, row = await recipes.gather(look, viewer, macro_id)
    if body is not None:
        edited = Say({"ar": body, "en": body}, public=recipe.public, literal=True)
        row = recipes.retold(row, recipe, edited)
    await recipes.require_references(context, caller, [one.step for one in row])
    words = await learn(context, caller, viewer, [ticket_id], row)
    life = await begin(tx, caller, ticket_id, viewer)
    await Play(life, words).through(row)
    applied(life, recipe)
    macros.used(tx, macro_id, 1)
    return await life.save(), life


def applied(life: Life, recipe: Recipe) -> None:
    """Told to colleagues, where it changed anything."""
    if life.ticket.version == life.row["version"]:
        return
    data = {"macro_id": str(recipe.id), "name": dict(recipe.name)}
    life.note("macro_applied", data, public=False)
