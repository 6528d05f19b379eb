"""Verbs of sla, by what they are about."""
