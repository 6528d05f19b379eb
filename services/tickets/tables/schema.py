"""The schema that all tables of the service lie in, and the type of an instant."""

from typing import Any

from sqlalchemy import DateTime

SCHEMA = {"schema": "tickets"}
INSTANT: Any = DateTime(timezone=True)
