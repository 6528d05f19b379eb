"""Mails of our own, built by scripts from tables."""
