"""Outlook's winmail.dat opened, within the time and the depth that one file may cost."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Final

from services.intake.domain import limits, lzfu, rtf
from services.intake.domain.body import Packed, Packing
from services.intake.domain.charset import decode

_SECONDS: Final = 1.5
"""Of processor time: counts inside the file may ask for four thousand million rounds."""
_AGAIN: Final = 0.2
"""One ring may be lost in a destructor, which swallows whatever is raised in it."""
_DEEPEST: Final = 5
_RICH: Final = 1024 * 1024
"""Of RTF, which is mostly layout; what is behind it is not read."""
_TITLE: Final = 0x8010
_OPENS: Final = 0x9002
_CONTENT_ID: Final = 0x3712
_MEDIA_TYPE: Final = 0x370E


class _OutOfTimeError(BaseException):
    """Outside `Exception`, which the library catches by itself."""


def unpack(data: bytes) -> Packing | None:
    """The files and words inside; None for what is no TNEF or costs too much."""
    from tnefparse import TNEF  # noqa: PLC0415 - only the child, only for such a file

    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)
    try:
        with _timed():
            opened = TNEF(data, do_checksum=False)
            files = tuple(list(_files(opened, 0))[: limits.FILES])
            try:
                return replace(_words(opened), files=files)
            except _OutOfTimeError:  # the files are there, whatever the words cost
                return Packing(files, cut=True)
    except (_OutOfTimeError, Exception):  # noqa: BLE001 - strangers' bytes may raise anything
        return None


@contextmanager
def _timed() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise _OutOfTimeError

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _files(opened: Any, depth: int) -> Iterator[Packed]:
    titles = _titles(opened)
    for attachment, title in zip_longest(opened.attachments, titles, fillvalue=b""):
        if not attachment:
            return
        inner = getattr(attachment, "embed", None)
        if inner is not None and depth < _DEEPEST:
            yield from _letter(inner, depth + 1)
        else:
            yield _packed(attachment, _title(title, opened.codepage))


def _titles(opened: Any) -> list[bytes]:
    """The names as bytes, in the order of the attachments: the library reads them as UTF-8."""
    found: list[bytes] = []
    for one in opened.objects:
        if one.name == _OPENS:
            found.append(b"")
        elif one.name == _TITLE and found:
            found[-1] = bytes(one.data)
    return found


def _packed(attachment: Any, title: str) -> Packed:
    told = {one.name: one for one in attachment.mapi_attrs}
    long_name = _text(told, 0x3707)
    data = attachment.data
    return Packed(
        name=long_name or title,
        content=data if isinstance(data, bytes) else bytes(data or b""),
        media_type=_text(told, _MEDIA_TYPE).lower(),
        content_id=_text(told, _CONTENT_ID),
    )


def _text(told: dict[int, Any], name: int) -> str:
    value = told[name].data if name in told else ""
    return value.strip("\x00 ") if isinstance(value, str) else ""


def _title(raw: bytes, codepage: str | None) -> str:
    return decode(raw.split(b"\x00")[0], codepage).text


def _letter(inner: Any, depth: int) -> Iterator[Packed]:
    """An attached Outlook message: its words as a file of their own, then its files."""
    said = _words(inner)
    words, kind = (said.html, "text/html") if said.html else (said.text, "text/plain")
    if words:
        yield Packed("", words.encode("utf-8", "replace"), kind)
    yield from _files(inner, depth)


def _words(opened: Any) -> Packing:
    """As text and as a page; where Outlook wrote neither, what its own format says."""
    text, html = (_said(one, opened.codepage) for one in (opened.body, opened.htmlbody))
    if text.strip() or html.strip():
        return Packing(text=text, html=html)
    packed = getattr(opened, "_rtfbody", None)
    if not isinstance(packed, bytes):
        return Packing()
    rich, cut = lzfu.opened(packed, _RICH)
    words = rtf.words_of(rich, limits.TEXT + 1)
    return Packing(text=words.strip("\n"), cut=cut)


def _said(words: Any, codepage: str | None) -> str:
    if isinstance(words, bytes):
        return decode(words.rstrip(b"\x00"), codepage).text
    return words.rstrip("\x00") if isinstance(words, str) else ""
