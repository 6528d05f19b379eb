"""HTML of a mail as text, as the writer's own words, and as HTML that is safe to show."""

import re
from typing import Final

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.intake.domain.body import Page

_BREAK: Final = "\ue000"  # <br>: ends a line, even an empty one
_EDGE: Final = "\ue001"  # a block begins or ends: a new line unless one has just begun
_GAP: Final = "\ue002"  # a paragraph begins or ends: a blank line
_PARAGRAPHS: Final = "p,h1,h2,h3,h4,h5,h6,ul,ol,table,pre,blockquote"
_BLOCKS: Final = (
    "div,li,tr,hr,section,article,header,footer,address,center,dl,dt,dd,form,figure,fieldset"
)
_DROPPED: Final = "script,style,head,title,template,noscript,iframe,object,svg,math,select,textarea"
_QUOTES: Final = ",".join(
    (
        *("div.gmail_quote", "blockquote.gmail_quote", "div.gmail_extra", "div.gmail_attr"),
        *("div#divRplyFwdMsg", "div#appendonsend", "div#mail-editor-reference-message-container"),
        *("div.moz-cite-prefix", "blockquote[type=cite]", "div.yahoo_quoted", "div.yahoo-quoted"),
        *("div.protonmail_quote", "blockquote.protonmail_quote", "div.zmail_extra", "div#OLK_SRC"),
        *("div.OutlookMessageHeader", "div#replysplit", "div.ms-outlook-mobile-reference-message"),
        *("blockquote#isReplyContent", "div.tutanota_quote", "blockquote[class*=quote]"),
    )
)
_REST_TOO: Final = "div#divRplyFwdMsg,div#appendonsend,div.OutlookMessageHeader"
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_NEVER_NESTS: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
    | {"source", "track", "wbr", "p", "li", "td", "tr", "th"}
)
_MARKS: Final = re.compile(f"([{_BREAK}{_EDGE}{_GAP}])")
_DEEPEST: Final = 300
_IMAGES: Final = frozenset({"img"})
_ATTRIBUTES: Final = {
    "*": {"dir", "lang", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    "blockquote": {"type"},
}


def read_page(html: str) -> Page:
    """Text, own words and safe form; deeper nesting than a person writes is cut off."""
    html = _shallow(html)
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return Page("", "", "")
    _mark_lines(body)
    text = _flat(body)
    quotes = body.css(_QUOTES)
    for quote in quotes:
        _remove_after(quote)
    visible = _flat(body) if quotes else text
    return Page(text, visible or text, _safe(html))


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


def _flat(body: LexborNode) -> str:
    folded = re.sub(r"\s+", " ", body.text(deep=True))
    lines = [""]
    for piece in _MARKS.split(folded):
        if piece == _BREAK or (piece == _EDGE and lines[-1]):
            lines.append("")
        elif piece == _GAP:
            lines += ["", ""] if lines[-1] else [""]
        elif piece not in {_EDGE, ""}:
            lines[-1] = (lines[-1] + piece).strip()
    kept = [line for index, line in enumerate(lines) if line or (index and lines[index - 1])]
    return "\n".join(kept).strip("\n")


def _remove_after(quote: LexborNode) -> None:
    """Take a quotation out; Outlook's landmark only opens what then follows beside it."""
    if quote.parent is None:
        return
    if quote.css_matches(_REST_TOO):
        while quote.next is not None:
            quote.next.remove()
    quote.remove()


def _safe(html: str) -> str:
    """Allow-listed tags; pictures only from the mail itself, direction and language kept."""
    return nh3.clean(
        html,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
        clean_content_tags={"script", "style", "title", "template", "noscript"},
    )


def _keep_attribute(tag: str, attribute: str, value: str) -> str | None:
    if tag in _IMAGES and attribute == "src" and not value.lower().startswith("cid:"):
        return None
    if tag == "a" and attribute == "href" and value.lower().startswith("cid:"):
        return None
    return value
