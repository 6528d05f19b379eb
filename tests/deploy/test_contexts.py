"""The fixtures that other tests stand on."""

from datetime import timedelta

from shared.kit.callers import Caller
from tests.contexts import MakeContext, Travel


async def test_a_context_reads_the_modules_database_as_the_services_role(
    make_context: MakeContext,
) -> None:
    context = make_context("tickets")
    async with context.tx(Caller.system()) as tx:
        assert await tx.scalar("select current_user") == "tickets_system"
        assert str(await tx.scalar("select current_database()")).startswith("clone_")


async def test_the_clock_of_a_module_can_be_moved(
    make_context: MakeContext, travel: Travel
) -> None:
    context = make_context("sla")
    before = context.clock.now()
    travel(3600)
    assert timedelta(minutes=59) < context.clock.now() - before < timedelta(minutes=61)
    travel(0)
