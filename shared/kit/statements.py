"""Statements on their way to the database: run one by one, or gathered where nobody reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import CursorResult, Executable, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

Statement = str | Executable
Params = Mapping[str, Any]


async def run(connection: AsyncConnection, statement: Statement, params: Any) -> CursorResult[Any]:
    """SQL text with `:named` parameters, or a Core statement; a list of them runs it often."""
    clause = _text(statement) if isinstance(statement, str) else statement
    return await connection.execute(clause, params or {})


@lru_cache(maxsize=1024)
def _text(statement: str) -> TextClause:
    return text(statement)


@dataclass(slots=True)
class _Group:
    """Rows of one statement, and the subjects that they are about."""

    statement: Statement
    rows: list[Params] = field(default_factory=list)
    subjects: list[Any] = field(default_factory=list)
    about: set[Any] = field(default_factory=set)


class Writes:
    """Writes without an outcome: one statement with many rows costs a fifth of as many statements.

    Rows about the same subject keep their order; rows about different ones may change places.
    """

    def __init__(self) -> None:
        self.groups: list[_Group] = []

    def __bool__(self) -> bool:
        return bool(self.groups)

    def add(self, statement: Statement, params: Params, about: Any) -> None:
        earliest = 0
        for index in range(len(self.groups) - 1, -1, -1):
            if about in self.groups[index].about:
                earliest = index
                break
        fitting = (g for g in self.groups[earliest:] if g.statement is statement)
        group = next(fitting, None)
        if group is None:
            group = _Group(statement)
            self.groups.append(group)
        group.rows.append(params)
        group.subjects.append(about)
        group.about.add(about)

    def join(self, later: "Writes") -> None:
        """What was gathered apart follows."""
        for group in later.groups:
            for params, about in zip(group.rows, group.subjects, strict=True):
                self.add(group.statement, params, about)

    def take(self) -> Iterable[tuple[Statement, list[Params]]]:
        """Everything gathered so far, in an order that keeps each subject's."""
        groups, self.groups = self.groups, []
        return [(group.statement, group.rows) for group in groups]
