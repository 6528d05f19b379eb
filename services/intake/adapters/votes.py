"""The last vote on undeclared bytes: a statistical guess by a library of C, in the child alone."""

from typing import Final

_SAMPLE: Final = 20_000
_SURE: Final = 0.7


def vote(raw: bytes) -> str | None:
    """The charset that the bytes look like; None when nothing is likely enough."""
    import cchardet  # noqa: PLC0415 - native code has no place in the service's own process

    found = cchardet.detect(raw[:_SAMPLE])
    name, sure = found["encoding"], found["confidence"] or 0.0
    return str(name) if name and sure >= _SURE else None
