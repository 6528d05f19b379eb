"""Which parts of a mail are its words and which are its files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

from services.intake.domain import files, limits
from services.intake.domain.charset import decode
from services.intake.domain.mime import Part
from services.intake.domain.words import Flag

_HIDDEN: Final = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_WORDS: Final = frozenset({"text/plain", "text/html"})
_OPAQUE: Final = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
    | {"multipart/encrypted"}
)
_PGP: Final = "-----BEGIN PGP MESSAGE-----"
_TNEF: Final = "application/ms-tnef"
_NO_PICTURES: Final[Mapping[str, str]] = MappingProxyType({})
NOBODYS: Final = UUID(int=0)
"""Stands for the mail where none has been stored."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTML part says: all of it, what stands above quotes, and what is safe to show."""

    text: str
    visible: str
    safe: str
    pictures: frozenset[str] = frozenset()
    """Files of the mail that the page shows, by our ids."""
    quoted: str = ""
    cut: bool = False
    """Too dear to parse: its words only."""


class ReadPage(Protocol):
    """Reads HTML; `pictures` names our file for each reference that the mail itself answers."""

    def __call__(self, html: str, pictures: Mapping[str, str] = _NO_PICTURES) -> Page: ...


@dataclass(frozen=True, slots=True)
class File:
    """An attached file; `original_name` as the sender wrote it.

    `content_id` is ours: the file's id where a page of the mail shows it, else empty.
    """

    name: str
    original_name: str
    media_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Packed:
    """A file inside winmail.dat."""

    name: str
    content: bytes
    media_type: str = ""
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Packing:
    """What winmail.dat holds."""

    files: tuple[Packed, ...] = ()
    text: str = ""
    html: str = ""
    cut: bool = False
    """There were more words than are read."""


Unpack = Callable[[bytes], Packing | None]


def leave_packed(_: bytes) -> None:
    """Where no library may be asked."""


@dataclass(slots=True)
class Block:
    """One stretch of the mail's words, as text, as a page, or as both."""

    text: str | None = None
    html: str | None = None
    page: Page | None = None


@dataclass(slots=True)
class Content:
    """Words and files of a mail in their order."""

    blocks: list[Block] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    flags: set[Flag] = field(default_factory=set)
    packed: list[Block] = field(default_factory=list)
    """Words inside winmail.dat; they count when the mail has no other."""
    unpack: Unpack = leave_packed

    @property
    def text(self) -> str:
        """All words as plain text."""
        told = (
            b.text if b.text is not None else b.page.text if b.page else "" for b in self.blocks
        )
        return "\n\n".join(text.strip("\n") for text in told if text.strip())

    @property
    def safe_html(self) -> str | None:
        """All words as HTML that is safe to show; None when the mail has no page."""
        if not any(block.page for block in self.blocks):
            return None
        return "\n".join(b.page.safe if b.page else as_html(b.text or "") for b in self.blocks)


def read_content(
    root: Part, read_page: ReadPage, *, mail: UUID = NOBODYS, unpack: Unpack = leave_packed
) -> Content:
    """Walk the tree once; what is no word of the mail is a file of it, nothing is dropped."""
    content = Content(unpack=unpack)
    _visit(root, content)
    if not any(block.html or (block.text or "").strip() for block in content.blocks):
        content.blocks += content.packed
    if len(content.files) > limits.FILES:
        content.flags.add(Flag.FILES_CUT)
        content.files = content.files[: limits.FILES]
    _read_pages(content, read_page, mail)
    for part in root.walk():
        content.flags |= part.headers.flags
        if part.media_type in _OPAQUE:
            content.flags.add(Flag.OPAQUE)
    if any(_PGP in (block.text or "") for block in content.blocks):
        content.flags.add(Flag.OPAQUE)
    return content


def _read_pages(content: Content, read_page: ReadPage, mail: UUID) -> None:
    """Pages are read last: only now is it known which file each `cid:` of theirs names."""
    ids = [str(files.file_id(mail, place)) for place in range(1, len(content.files) + 1)]
    pictures: dict[str, str] = {}
    for one, file in zip(ids, content.files, strict=True):
        for reference in file.references if file.media_type.startswith("image/") else ():
            pictures.setdefault(reference, one)
    shown: set[str] = set()
    for block in content.blocks:
        if block.html is not None:
            block.page = read_page(block.html, pictures)
            shown |= block.page.pictures
            content.flags |= {Flag.HTML_CUT} if block.page.cut else set()
    content.files = [
        replace(file, content_id=one if one in shown else "", inline=one in shown)
        for one, file in zip(ids, content.files, strict=True)
    ]


def _visit(part: Part, content: Content) -> None:
    if part.is_container and part.media_type == "multipart/alternative":
        _alternatives(part, content)
    elif part.is_container:
        for child in part.parts:
            _visit(child, content)
    elif is_words(part):
        content.blocks.append(_block(part, content))
    elif _has_substance(part):
        _add_file(part, content)


def _alternatives(part: Part, content: Content) -> None:
    """One block from all tellings of the same words; texts that differ are all kept."""
    texts, html, told = list[str](), None, False
    for child in part.parts:
        inner = replace(content, blocks=[])  # the lists of files and flags are the same ones
        _visit(child, inner)
        told = told or bool(inner.blocks)
        texts += [block.text for block in inner.blocks if block.text is not None]
        pages = [block.html for block in inner.blocks if block.html is not None]
        html = "\n".join(pages) if pages else html
    text = "\n\n".join(dict.fromkeys(one.strip("\n") for one in texts))
    if told:
        content.blocks.append(Block(text=text if text.strip() or html is None else None, html=html))


def is_words(part: Part) -> bool:
    """Whether a leaf belongs to the text: plain or HTML, not sent as a file."""
    if part.media_type.startswith("multipart/"):
        return True
    if part.media_type not in _WORDS or part.disposition.value.startswith("attachment"):
        return False
    return not _given_name(part)


def _has_substance(part: Part) -> bool:
    """Signatures of S/MIME and PGP are hidden, and so is a part that holds nothing at all."""
    if part.media_type in _HIDDEN:
        return False
    return bool(part.body.strip() or _given_name(part))


def _block(part: Part, content: Content) -> Block:
    html = part.media_type == "text/html"
    cap = limits.HTML if html else limits.TEXT
    data = part.content()
    if len(data) > cap:
        content.flags.add(Flag.HTML_CUT if html else Flag.TEXT_CUT)
    headers = part.headers
    label = part.kind.get("charset") or None
    text = decode(data[:cap], label, arabic=headers.arabic, vote=headers.vote)
    if text.guessed:
        content.flags.add(Flag.CHARSET_GUESSED)
    words = _lines(text.text)
    return Block(html=words) if html else Block(text=words)


def _lines(text: str) -> str:
    plain = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return plain.removeprefix("\ufeff")


def _add_file(part: Part, content: Content) -> None:
    data = part.body if part.media_type == "message/rfc822" else part.content()
    if part.media_type == "message/rfc822" and part.headers.has("content-transfer-encoding"):
        data = part.content()
    location = part.headers.text("content-location")
    references = (part.headers.text("content-id"), location)
    _keep(content, Packed(_given_name(part), data, part.media_type), references)
    if content.files[-1].media_type == _TNEF:
        _open_packed(content, data)


def _keep(content: Content, packed: Packed, references: tuple[str, ...]) -> None:
    data = packed.content
    if len(data) > limits.FILE:
        content.flags.add(Flag.FILES_CUT)
        data = data[: limits.FILE]
    media_type = files.media_type_of(packed.media_type, data)
    content.files.append(
        File(
            name=files.safe_name(packed.name, media_type, len(content.files) + 1),
            original_name=packed.name[:500],
            media_type=media_type,
            content=data,
            references=tuple(key for one in references if (key := files.reference(one))),
        )
    )


def _open_packed(content: Content, data: bytes) -> None:
    """The files inside winmail.dat stand behind it, under the limits of all files."""
    packing = content.unpack(data[: limits.FILE])
    if packing is None:
        content.flags.add(Flag.PACKED_UNREAD)
        return
    for packed in packing.files:
        if packed.content or packed.name:
            _keep(content, packed, (packed.content_id,))
    if packing.cut or len(packing.text) > limits.TEXT or len(packing.html) > limits.HTML:
        content.flags.add(Flag.TEXT_CUT)
    text, html = _lines(packing.text[: limits.TEXT]), _lines(packing.html[: limits.HTML])
    if text or html:
        content.packed.append(Block(text=text or None, html=html or None))


def _given_name(part: Part) -> str:
    return part.disposition.get("filename") or part.kind.get("name")


def as_html(text: str) -> str:
    """Plain words as a page."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return '<p dir="auto">' + escaped.replace("\n", "<br>") + "</p>"
