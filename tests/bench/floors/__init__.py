"""The floors: the same work with nothing of ours around it (performance.md 2)."""
