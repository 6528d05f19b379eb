"""The runner, tested with real processes."""
