"""How the parser's process and the service talk: length-prefixed JSON, then bytes."""

import struct
from typing import Any, Final
from uuid import UUID

import orjson

from services.intake.domain.body import File
from services.intake.domain.mail import Envelope, Mail, Parsed, Reading

HEAD: Final = struct.Struct(">IQ")
"""Length of the JSON document and of the bytes behind it."""

_LISTS: Final = (
    "in_reply_to",
    "references",
    "tokens",
    "bounces",
    "signed",
    "ids",
    "copied",
    "flags",
    "directions",
)


def question(envelope: Envelope, reading: Reading) -> bytes:
    return orjson.dumps({"envelope": envelope, "reading": reading}, default=str)


def read_question(text: bytes) -> tuple[Envelope, Reading]:
    document = orjson.loads(text)
    told = document["envelope"]
    envelope = Envelope(**{**told, "recipients": tuple(told["recipients"])})
    told = document["reading"]
    return envelope, Reading(**{**told, "mail": UUID(told["mail"])})


def answer(parsed: Parsed) -> tuple[bytes, bytes]:
    """The mail as JSON with the sizes of its files, whose bytes follow one after another."""
    files = [
        {
            "name": file.name,
            "original_name": file.original_name,
            "media_type": file.media_type,
            "content_id": file.content_id,
            "inline": file.inline,
            "size": len(file.content),
        }
        for file in parsed.files
    ]
    contents = b"".join(file.content for file in parsed.files)
    return orjson.dumps({"mail": parsed.mail, "files": files}), contents


def read_answer(text: bytes, contents: bytes) -> Parsed:
    document = orjson.loads(text)
    files, start = list[File](), 0
    for told in document["files"]:
        end = start + told.pop("size")
        files.append(File(content=contents[start:end], **told))
        start = end
    return Parsed(read_content(document["mail"]), files)


def read_content(document: dict[str, Any]) -> Mail:
    """A mail again from its JSON, as it is stored, perhaps long ago, and as the child sends it."""
    return Mail(**{**document, **{name: tuple(document.get(name, ())) for name in _LISTS}})
