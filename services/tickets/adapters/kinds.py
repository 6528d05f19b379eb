"""What a file is, by its first bytes; a declared type is only believed where those say nothing."""

import re
from typing import Final

import puremagic

_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}")
_UNKNOWN: Final = "application/octet-stream"
_HEAD: Final = 8192


def media_type(content: bytes, declared: str) -> str:
    """The type found, else the declared one when it is well-formed and harmless."""
    try:
        found = str(puremagic.from_string(content[:_HEAD], mime=True))
    except (puremagic.PureError, ValueError):
        found = ""
    kind = found or declared.partition(";")[0].strip().lower()
    return kind if _TYPE.fullmatch(kind) else _UNKNOWN
