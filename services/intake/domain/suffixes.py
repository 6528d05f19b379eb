"""Which domain an organization holds: one label below a public suffix."""

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    # Ten thousand names: read when two domains first have to be compared.
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415

    return PublicSuffixList()


def organizational(domain: str) -> str:
    """`a.b.client.co.uk` is `client.co.uk`; empty for a public suffix itself."""
    held = _suffixes().privatesuffix(domain.strip(".").lower())
    return str(held) if held else ""


def aligned(claimed: str, domain: str) -> bool:
    """Whether a proven domain or address speaks for the From domain (DMARC, relaxed)."""
    proven, own = claimed.rpartition("@")[2].strip(". ").lower(), domain.strip(".").lower()
    if not proven or not own:
        return False
    return proven == own or (organizational(proven) != "" and _same_holder(proven, own))


def _same_holder(one: str, other: str) -> bool:
    return organizational(one) == organizational(other)
