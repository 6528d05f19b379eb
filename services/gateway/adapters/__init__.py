"""Addresses, password hashing and the peers' public state: what is neither rule nor table."""
