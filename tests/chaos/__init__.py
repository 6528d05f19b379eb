"""Kill, starve and disconnect a real desk, then count what was promised and what is there."""
