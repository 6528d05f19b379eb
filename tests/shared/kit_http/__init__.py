"""The HTTP part of the kit, on a real PostgreSQL."""
