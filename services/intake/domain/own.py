"""The words of a whole mail: all of them, the writer's own, and what was quoted (mail.md 11)."""

from typing import Final, NamedTuple

from services.intake.domain import landmarks, limits
from services.intake.domain.body import Block, Content
from services.intake.domain.folding import fold
from services.intake.domain.replies import Split, is_enough, split_reply

_WRAPPING: Final = 1.25


class Words(NamedTuple):
    """Folded, never deleted: `text` is all of it."""

    text: str
    visible: str
    quoted: str


def words_of(content: Content, *, reported: bool = False) -> Words:
    """By the landmarks of its pages where they are all there is, or clearly say more.

    A delivery report answers nobody: what it cites is what it has to say.
    """
    text = content.text[: limits.TEXT]
    if reported:
        return Words(text, text.strip("\n"), "")
    split = split_reply(text)
    paged = _by_pages(content.blocks, text)
    if paged is not None and (_pages_only(content.blocks) or _says_more(paged, split)):
        split = paged
    return Words(text, split.visible, split.quoted)


def _pages_only(blocks: list[Block]) -> bool:
    return not any(block.text for block in blocks if block.page is not None and block.page.quoted)


def _says_more(paged: Split, split: Split) -> bool:
    """A text may show no more of a quote than a signature; it wraps its lines, so sizes differ."""
    return not split.quoted or len(split.visible) > _WRAPPING * len(paged.visible)


def _by_pages(blocks: list[Block], text: str) -> Split | None:
    pages = [block.page for block in blocks if block.page is not None]
    if not any(page.quoted for page in pages):
        return None
    shown = "\n\n".join(
        part.strip("\n")
        for block in blocks
        if (part := block.page.visible if block.page else block.text or "").strip()
    )
    own = split_reply(shown)
    quoted = "\n".join(part for part in (own.quoted, *(page.quoted for page in pages)) if part)
    marked = any(landmarks.is_marker(fold(line[:200])) for line in quoted.split("\n"))
    return Split(own.visible, quoted) if is_enough(own.visible, text, marked=marked) else None
