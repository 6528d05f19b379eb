"""Where mail programs put what they quote in a page; marked in its text, taken out of nothing."""

from typing import Final

from selectolax.lexbor import LexborNode

OPEN: Final = "\ufdd3"
CLOSE: Final = "\ufdd4"
"""Codes that are no characters, so no mail has them."""

_WHOLE: Final = ",".join(
    (
        *("blockquote.gmail_quote", "div.gmail_attr", "blockquote[type=cite i]"),
        *("div.moz-cite-prefix", "div.moz-forward-container", "blockquote[class*=quote i]"),
        *(
            "blockquote#isReplyContent",
            "p#reply-intro",
            "div#reply-intro",
            "blockquote#replyBlockquote",
        ),
        *("div#mail-editor-reference-message-container", "div[name=messageReplySection]"),
        *("div.ms-outlook-mobile-reference-message", "div#OLK_SRC_BODY_SECTION", "span#OLK_SRC"),
        *("div#OLK_SRC", "div.front-blockquote", "div.tutanota_quote", "div[name=quote]"),
        *("div[name=quoted-content]", "div.cm_quote"),
    )
)
_CONTAINERS: Final = ",".join(
    (
        *("div.gmail_quote", "div.yahoo_quoted", "div.yahoo-quoted"),
        *("div.protonmail_quote", "div.zmail_extra", "div[id^=yahoo_quoted]"),
    )
)
"""Hold the announcement, then a block quote, then perhaps what was answered below it."""
_EXTRA: Final = "div.gmail_extra"
"""Old mails of Gmail: round its quote, and round a signature too."""
_REST: Final = ",".join(
    (
        *("div#divRplyFwdMsg", "div#x_divRplyFwdMsg", "div#appendonsend", "div#x_appendonsend"),
        *("div.OutlookMessageHeader", "div#replysplit", "hr#replysplit", "hr#stopSpelling"),
        "hr[data-marker=__DIVIDER__]",
    )
)
"""Only open what then follows beside them."""


def mark_quotes(body: LexborNode) -> bool:
    """Put marks round every quotation; whether there is any."""
    found = False
    for node in body.css(_WHOLE):
        found = _wrap(node, node) or found
    for node in body.css(_CONTAINERS):
        found = _mark_container(node) or found
    holders = _holders(body)
    for node in body.css(_EXTRA):
        found = (node.mem_id not in holders and _mark_container(node)) or found
    for node in body.css(_REST):
        last = node.parent.last_child if node.parent is not None else None
        found = _wrap(node, last or node) or found
    return found


def _wrap(first: LexborNode, last: LexborNode) -> bool:
    if first.parent is None:
        return False
    first.insert_before(OPEN)
    last.insert_after(CLOSE)
    return True


def _mark_container(node: LexborNode) -> bool:
    """All of it, or its beginning up to its first block quote: answers may stand between more."""
    child = node.first_child
    while child is not None and child.tag != "blockquote":
        child = child.next
    first = node.first_child
    return _wrap(node, node) if child is None or first is None else _wrap(first, child)


def _holders(body: LexborNode) -> set[int]:
    """What stands round a quote of Gmail; each node is met once, however deep they nest."""
    held = set[int]()
    for node in body.css("div.gmail_quote"):
        parent = node.parent
        while parent is not None and parent.mem_id not in held:
            held.add(parent.mem_id)
            parent = parent.parent
    return held
