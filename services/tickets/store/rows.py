"""A row as the store gives it to use cases."""

from sqlalchemy import RowMapping

Row = RowMapping
