"""The mail doors: raw bytes first, decisions later."""
