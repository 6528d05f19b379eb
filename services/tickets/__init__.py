"""Tickets, their messages and files."""
