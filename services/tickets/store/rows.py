"""What rows are to the other rooms, and what conditions on `tickets.ticket t` are here."""

from typing import Any

from sqlalchemy import RowMapping as Row

__all__ = ["Condition", "Row"]

Condition = tuple[str, dict[str, Any]]
"""A condition and its parameters, whose names no other condition of the statement uses."""
