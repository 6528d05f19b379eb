"""HTTP bodies of the tickets service."""
