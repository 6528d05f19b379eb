"""The direction of each paragraph of a page, kept from its writer or found in its letters."""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.intake.domain.direction import first_strong

_BLOCKS: Final = frozenset(
    {"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "table", "td", "th", "blockquote", "pre"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "center", "section", "article", "address", "caption"}
)
_SILENT: Final = frozenset({"script", "style", "title", "template", "noscript"})
_STYLED: Final = re.compile(r"(?:^|[;\s])direction\s*:\s*(rtl|ltr)", re.IGNORECASE)
_SIDES: Final = frozenset({"rtl", "ltr", "auto"})


def directed(html: str) -> str:
    """The page with `dir` on its blocks: the sanitiser takes styles, `html` and `body` away.

    Given as a value, not as `auto`: that looks past every element with a direction of its own, so
    that a list or a table would find no letters to go by.
    """
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return html
    for node in tree.css("[style*=direction i]"):
        _from_style(node)
    outer = _side(body) or (_side(tree.root) if tree.root is not None else None)
    if outer is None:
        _from_letters(body)
        outer = _bare(body)
    inner = body.inner_html or ""
    return inner if outer is None else f'<div dir="{outer}">{inner}</div>'


def _from_style(node: LexborNode) -> None:
    found = _STYLED.search(node.attributes.get("style") or "")
    if found and _side(node) is None:
        node.attrs["dir"] = found[1].lower()


def _side(node: LexborNode) -> str | None:
    value = (node.attributes.get("dir") or "").strip().lower()
    return value if value in _SIDES else None


def _from_letters(body: LexborNode) -> None:
    """One walk over the text: a block runs as its first letter does, and so up to the root."""
    settled = {node.mem_id for node in body.css("[dir], [dir] *")}
    for node in body.traverse(include_text=True):
        parent = node.parent
        if node.tag != "-text" or parent is None or parent.tag in _SILENT:
            continue
        if parent.mem_id not in settled and (side := first_strong(node.text_content or "")):
            _settle(parent, side, settled)


def _bare(body: LexborNode) -> str | None:
    """The direction of words that stand in no block at all."""
    for node in body.iter(include_text=True):
        if node.tag not in _BLOCKS | _SILENT and (side := first_strong(node.text_content or "")):
            return side
    return None


def _settle(start: LexborNode, side: str, settled: set[int]) -> None:
    node: LexborNode | None = start
    while node is not None and node.mem_id not in settled:
        settled.add(node.mem_id)
        if node.tag in _BLOCKS:
            node.attrs["dir"] = side
        node = node.parent
