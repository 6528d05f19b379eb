"""What a transaction has gathered and not sent yet: facts, writes, workers to wake."""

from dataclasses import dataclass, field
from typing import Any, Self

from shared.kit.outbox import Stated
from shared.kit.statements import Writes


@dataclass(slots=True)
class Pending:
    """Sent together at the end, or by the next statement whose outcome somebody reads."""

    facts: list[Stated] = field(default_factory=list)
    writes: Writes = field(default_factory=Writes)
    wakes: set[str] = field(default_factory=set)

    def join(self, later: "Pending") -> None:
        """What was gathered on trial counts as well."""
        self.facts += later.facts
        self.writes.join(later.writes)
        self.wakes |= later.wakes


class Savepoint:
    """Undoes what is executed inside when anything is raised; costs nothing where nothing is."""

    _NAME = "attempt"

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._stands = False

    async def set(self) -> None:
        if not self._stands:
            self._stands = True
            await self._driver.execute(f"savepoint {self._NAME}")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._stands:
            undo = f"rollback to savepoint {self._NAME}; " if kind else ""
            await self._driver.execute(f"{undo}release savepoint {self._NAME}")
