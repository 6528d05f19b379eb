"""Verbs of intake: accept, read, match, route, and what operators may do."""
