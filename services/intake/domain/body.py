"""Which parts of a mail are its words and which are its files."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from services.intake.domain import files, limits
from services.intake.domain.charset import decode
from services.intake.domain.mime import Part
from services.intake.domain.words import Flag

_HIDDEN: Final = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_WORDS: Final = frozenset({"text/plain", "text/html"})


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTML part says: all of it, what stands above quotes, and what is safe to show."""

    text: str
    visible: str
    safe: str
    quoted: str = ""


ReadPage = Callable[[str], Page]


@dataclass(frozen=True, slots=True)
class File:
    """An attached file; `original_name` as the sender wrote it."""

    name: str
    original_name: str
    media_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(slots=True)
class Block:
    """One stretch of the mail's words, as text, as a page, or as both."""

    text: str | None = None
    page: Page | None = None


@dataclass(slots=True)
class Content:
    """Words and files of a mail in their order."""

    blocks: list[Block] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    flags: set[Flag] = field(default_factory=set)

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
        return "\n".join(b.page.safe if b.page else _as_html(b.text or "") for b in self.blocks)


def read_content(root: Part, read_page: ReadPage) -> Content:
    """Walk the tree once; what is no word of the mail is a file of it, nothing is dropped."""
    content = Content()
    _visit(root, content, read_page)
    if len(content.files) > limits.FILES:
        content.flags.add(Flag.FILES_CUT)
        content.files = content.files[: limits.FILES]
    for part in root.walk():
        content.flags |= part.headers.flags
    return content


def _visit(part: Part, content: Content, read_page: ReadPage) -> None:
    if part.is_container and part.media_type == "multipart/alternative":
        _alternatives(part, content, read_page)
    elif part.is_container:
        for child in part.parts:
            _visit(child, content, read_page)
    elif is_words(part):
        content.blocks.append(_block(part, content, read_page))
    elif _has_substance(part):
        _add_file(part, content)


def _alternatives(part: Part, content: Content, read_page: ReadPage) -> None:
    """One block from all tellings of the same words; further parts are files."""
    inner = Content()
    for child in part.parts:
        _visit(child, inner, read_page)
    merged = Block()
    for block in inner.blocks:
        if merged.text is None and block.text is not None:
            merged.text = block.text
        if block.page is not None:
            merged.page = block.page
    if inner.blocks:
        if not (merged.text or "").strip() and merged.page is not None:
            merged.text = None
        content.blocks.append(merged)
    content.files += inner.files
    content.flags |= inner.flags


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


def _block(part: Part, content: Content, read_page: ReadPage) -> Block:
    html = part.media_type == "text/html"
    cap = limits.HTML if html else limits.TEXT
    data = part.content()
    if len(data) > cap:
        content.flags.add(Flag.HTML_CUT if html else Flag.TEXT_CUT)
    text = decode(data[:cap], part.kind.get("charset") or None, arabic=part.headers.arabic)
    if text.guessed:
        content.flags.add(Flag.CHARSET_GUESSED)
    words = text.text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return Block(page=read_page(words)) if html else Block(text=words.removeprefix("\ufeff"))


def _add_file(part: Part, content: Content) -> None:
    data = part.body if part.media_type == "message/rfc822" else part.content()
    if part.media_type == "message/rfc822" and part.headers.has("content-transfer-encoding"):
        data = part.content()
    if len(data) > limits.FILE:
        content.flags.add(Flag.FILES_CUT)
        data = data[: limits.FILE]
    given = _given_name(part)
    media_type = files.media_type_of(part.media_type, data)
    content.files.append(
        File(
            name=files.safe_name(given, media_type, len(content.files) + 1),
            original_name=given[:500],
            media_type=media_type,
            content=data,
            content_id=part.headers.text("content-id").strip("<> ")[:200],
            inline=part.disposition.value.startswith("inline"),
        )
    )


def _given_name(part: Part) -> str:
    return part.disposition.get("filename") or part.kind.get("name")


def _as_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return '<p dir="auto">' + escaped.replace("\n", "<br>") + "</p>"
