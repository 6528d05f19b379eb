"""Verbs of the gateway: log in, renew, manage people, directory, clients and keys."""
