"""DKIM signatures and ARC seals of a mail, verified with keys that were looked up before.

Runs in the parser's process: hostile signatures cost that process its time, nobody else's.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

_MOST: Final = 10
_SMALLEST: Final = 1024
Keys = Mapping[str, str]


def signers(raw: bytes, keys: Keys) -> tuple[str, ...]:
    """Domains whose signature over this mail holds; those without a key at hand are not tried.

    A signature with `l=` leaves room for words that nobody signed: it proves nothing.
    """
    if not keys:
        return ()
    dkim: Any = import_module("dkim")  # heavy, and only for mail that claims a proof

    message = dkim.DKIM(raw, minkey=_SMALLEST)
    count = sum(1 for name, _ in message.headers if name.lower() == b"dkim-signature")
    held = (_signer(message, place, _answers(keys)) for place in range(min(count, _MOST)))
    return tuple(dict.fromkeys(domain for domain in held if domain))


def sealer(raw: bytes, keys: Keys) -> str:
    """Who sealed the newest set of the mail's ARC chain, when all of it holds."""
    if not keys or b"arc-seal" not in raw[: 256 * 1024].lower():
        return ""
    dkim: Any = import_module("dkim")  # heavy, and only for mail that claims a proof

    try:
        verdict, sets, _ = dkim.ARC(raw, minkey=_SMALLEST).verify(dnsfunc=_answers(keys))
    except Exception:  # noqa: BLE001 - whatever a hostile seal makes it raise, it does not hold
        return ""
    return _text(sets[0]["as-domain"]) if verdict == dkim.CV_Pass and sets else ""


def _signer(message: Any, place: int, answers: Callable[..., bytes | None]) -> str:
    try:
        holds = message.verify(idx=place, dnsfunc=answers)
        return _text(message.domain) if holds and b"l" not in message.signature_fields else ""
    except Exception:  # noqa: BLE001 - whatever a hostile signature makes it raise, it does not hold
        return ""


def _answers(keys: Keys) -> Callable[..., bytes | None]:
    def answer(name: bytes, timeout: float = 0) -> bytes | None:  # noqa: ARG001 - as it is called
        found = keys.get(_text(name))
        return None if found is None else found.encode("utf-8", "replace")

    return answer


def _text(name: bytes) -> str:
    return name.decode("ascii", "replace").strip(". ").lower()
