"""NATS identities: a seed is the secret half of an nkey, its public half stands in the server."""

import secrets

import nkeys  # type: ignore[import-untyped]  # ships no types


def new_seed() -> str:
    seed: bytes = nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER)
    return seed.decode()


def public_key(seed: str) -> str:
    key: bytes = nkeys.from_seed(seed.encode()).public_key
    return key.decode()
