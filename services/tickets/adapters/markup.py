"""HTML of strangers made harmless; pictures of other hosts are not loaded (mail.md 11)."""

from typing import Final

import nh3

_TAGS: Final = frozenset(nh3.ALLOWED_TAGS) - {"map", "area", "form", "input", "button", "style"}
_ATTRIBUTES: Final = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {"dir", "lang", "title"},
    "img": {"src", "alt", "width", "height"},
}
_SCHEMES: Final = {"http", "https", "mailto", "tel", "cid"}
_MOST: Final = 1_000_000


def clean_html(html: str | None) -> str | None:
    """Safe HTML, or None where there is none or too much of it."""
    if not html or len(html) > _MOST:
        return None
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative="deny",
        attribute_filter=_local_pictures,
        link_rel="noopener noreferrer nofollow",
    )


def _local_pictures(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not value.lower().startswith("cid:"):
        return None
    return value
