"""Alembic calls this; the kit does the work."""

from shared.kit.migrate import run_env

run_env()
