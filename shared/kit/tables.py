"""From a SQLModel class to the Core table that statements are built on."""

from typing import cast

from sqlalchemy import Table
from sqlmodel import SQLModel


def table(model: type[SQLModel]) -> Table:
    """The Core table of a `table=True` model; Core skips the unit of work (performance.md 2)."""
    return cast("Table", model.__dict__["__table__"])
