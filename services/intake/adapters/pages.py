"""HTML of a mail as text, as the writer's own words, and as HTML that is safe to show."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.intake.adapters.bidi import directed
from services.intake.adapters.quotes import CLOSE, OPEN, mark_quotes
from services.intake.domain.body import Page, as_html
from services.intake.domain.files import reference
from services.intake.domain.heavy import bare_words, is_heavy

_BREAK: Final = "\ufdd0"  # <br>: ends a line, even an empty one
_EDGE: Final = "\ufdd1"  # a block begins or ends: a new line unless one has just begun
_GAP: Final = "\ufdd2"  # a paragraph begins or ends: a blank line
_PARAGRAPHS: Final = "p,h1,h2,h3,h4,h5,h6,ul,ol,table,pre,blockquote"
_BLOCKS: Final = (
    "div,li,tr,hr,section,article,header,footer,address,center,dl,dt,dd,form,figure,fieldset"
)
_DROPPED: Final = "script,style,head,title,template,noscript,iframe,object,svg,math,select,textarea"
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_NEVER_NESTS: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
    | {"source", "track", "wbr", "p", "li", "td", "tr", "th"}
)
_MARKS: Final = re.compile(f"([{_BREAK}{_EDGE}{_GAP}{OPEN}{CLOSE}])")
_DEEPEST: Final = 300
_DEEPER: Final = {OPEN: 1, CLOSE: -1}
_EDGES: Final = frozenset({_EDGE, OPEN, CLOSE})
_ELSEWHERE: Final = re.compile(r"\s*(?!cid:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NO_PICTURES: Final[Mapping[str, str]] = MappingProxyType({})
_ATTRIBUTES: Final = {
    "*": {"dir", "lang", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    "blockquote": {"type"},
}


def read_page(html: str, pictures: Mapping[str, str] = _NO_PICTURES) -> Page:
    """Text, own words and safe form; deeper nesting than a person writes is cut off.

    A picture is shown when `pictures` has the mail's own file for it, and none is fetched.
    """
    if is_heavy(html):
        words = bare_words(html)
        return Page(words, words, as_html(words), cut=True)
    html = _shallow(html)
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return Page("", "", "")
    _mark_lines(body)
    mark_quotes(body)
    lines = _lines(body)
    text, visible = _joined(lines), _joined(line for line in lines if not line.quoted)
    quoted = _joined(line for line in lines if line.quoted)
    safe, shown = _safe(html, pictures)
    return Page(text, visible or text, safe, shown, quoted if visible else "")


def _shallow(html: str) -> str:
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() in _NEVER_NESTS:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return html[: tag.start()]
    return html


def _mark_lines(body: LexborNode) -> None:
    """Line breaks of the page's layout, before its own white space is folded."""
    for node in body.css(_DROPPED):
        node.decompose()
    for node in body.css("br"):
        node.replace_with(_BREAK)
    for node in body.css(_BLOCKS):
        node.insert_before(_EDGE)
        node.insert_after(_EDGE)
    for node in body.css(_PARAGRAPHS):
        node.insert_before(_GAP)
        node.insert_after(_GAP)
    for node in body.css("td,th"):
        node.insert_after(" ")


class _Line(NamedTuple):
    words: str
    quoted: bool


def _lines(body: LexborNode) -> list[_Line]:
    """The page line by line; a quotation begins and ends on a line of its own."""
    folded = re.sub(r"\s+", " ", body.text(deep=True))
    lines, depth = [_Line("", quoted=False)], 0
    for piece in _MARKS.split(folded):
        last = lines[-1].words
        depth = max(0, depth + _DEEPER.get(piece, 0))
        fresh = _Line("", quoted=depth > 0)
        if piece == _GAP:
            lines += [fresh, fresh] if last else [fresh]
        elif piece == _BREAK or (piece in _EDGES and last):
            lines.append(fresh)
        elif piece in _EDGES:
            lines[-1] = fresh
        elif piece:
            lines[-1] = _Line((last + piece).strip(), quoted=depth > 0)
    return lines


def _joined(lines: Iterable[_Line]) -> str:
    """One line under another, of several blank ones one."""
    kept = list[str]()
    for line in lines:
        if line.words or (kept and kept[-1]):
            kept.append(line.words)
    return "\n".join(kept).strip("\n")


def _safe(html: str, pictures: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """Allow-listed tags; pictures only from the mail itself, direction and language kept."""
    shown: set[str] = set()
    safe = nh3.clean(
        directed(html),
        attributes=_ATTRIBUTES,
        attribute_filter=partial(_attribute, pictures, shown),
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
        clean_content_tags={"script", "style", "title", "template", "noscript"},
    )
    return safe, frozenset(shown)


def _attribute(
    pictures: Mapping[str, str], shown: set[str], tag: str, attribute: str, value: str
) -> str | None:
    """`src` becomes the id of our file: what a stranger wrote there is never passed on."""
    if tag == "img" and attribute == "src":
        found = pictures.get(reference(value))
        if found is None:
            return None
        shown.add(found)
        return f"cid:{found}"
    if tag == "a" and attribute == "href" and not _ELSEWHERE.match(value):
        return None  # relative to us, or a file by its cid: neither leads where its writer meant
    return value
