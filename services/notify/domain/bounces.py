"""Addresses that lead a bounce back to the exact mail (VERP), and ids of our mails."""

from uuid import UUID

from shared.tokens import make_bounce_token


def bounce_address(key: bytes, support: str, delivery_id: UUID) -> str:
    """`support+b<token>@domain`: the envelope sender of one mail of ours."""
    local, _, domain = support.rpartition("@")
    return f"{local}+b{make_bounce_token(key, delivery_id)}@{domain}"


def is_dead(status: str, *, permanent: bool) -> bool:
    """Whether the address itself is gone (RFC 3463, 5.1.x), not merely full or refused."""
    return permanent and status.startswith("5.1.")


def message_id(token: str, delivery_id: UUID, support: str) -> str:
    """`<s.<token>.<delivery id>@domain>` (mail.md 9)."""
    return f"<s.{token}.{delivery_id}@{support.rpartition('@')[2]}>"


def reply_address(token: str, support: str) -> str:
    """`support+r<token>@domain`: who answers there has shown that our mail reached them."""
    local, _, domain = support.rpartition("@")
    return f"{local}+r{token}@{domain}"
