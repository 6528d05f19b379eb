"""Intake as its process runs, but it dies, or loses its database, at chosen instants.

`python -m tests.services.intake.doomed`: the plan is a file of steps, the first line is the next.
"""

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import asyncpg

Step = tuple[str, str, bool]
"""Where a function is looked up, its name, and whether the blow falls after it."""

STEPS: Final[dict[str, Step]] = {
    "before accept": ("services.intake.usecases.taking", "seal", False),
    "before the statement": ("services.intake.store.mails", "keep_all", False),
    "after the statement": ("services.intake.store.mails", "keep_all", True),
    "committed, 250 unsaid": ("services.intake.timers.smtp:Reception", "take", True),
    "250 said": ("services.intake.adapters.smtp:Connection", "_receive", True),
    "claimed": ("services.intake.timers.parser", "read", False),
    "to be read": ("services.intake.adapters.children", "_tell", False),
    "read": ("services.intake.adapters.children", "_hear", True),
    "to be stored": ("services.intake.store.contents", "save", False),
    "stored": ("services.intake.store.contents", "save", True),
    "to be decided": ("services.intake.store.decisions", "decide", False),
    "decided, not committed": ("services.intake.store.decisions", "decide", True),
    "decided": ("services.intake.timers.parser", "route_mail", True),
}
_BREAK: Final = """select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename like 'intake%'"""


def main() -> int:
    plan = Path(os.environ["DOOM_PLAN"])
    for step, (place, name, after) in STEPS.items():
        _arm(plan, step, place, name, after=after)
    from shared.kit.process import run

    return run("services.intake.main")


def _arm(plan: Path, step: str, place: str, name: str, *, after: bool) -> None:
    module, _, inner = place.partition(":")
    holder = importlib.import_module(module)
    holder = getattr(holder, inner) if inner else holder
    whole: Callable[..., Awaitable[Any]] = getattr(holder, name)

    async def struck(*args: Any, **kwargs: Any) -> Any:
        if not after and _is_due(plan, step):
            await _strike()
        result = await whole(*args, **kwargs)
        if after and _is_due(plan, step):
            await _strike()
        return result

    setattr(holder, name, struck)


def _is_due(plan: Path, step: str) -> bool:
    """Takes the step off the plan when it is its turn."""
    first, _, rest = plan.read_text().partition("\n")
    if first != step:
        return False
    fresh = plan.with_suffix(".new")
    fresh.write_text(rest)
    fresh.replace(plan)  # whoever counts the steps must not find the file half written
    return True


async def _strike() -> None:
    database = os.environ.get("DOOM_DATABASE")
    if database is None:
        os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(10)  # the signal is on its way
    connection = await asyncpg.connect(database)
    await connection.execute(_BREAK)
    await connection.close()


if __name__ == "__main__":
    sys.exit(main())
