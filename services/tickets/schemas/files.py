"""Bodies around links to files."""

from shared.kit.model import Body, Instant, Out


class LinkIn(Body):
    """`inline`: for showing inside a page; only clean raster images."""

    inline: bool = False


class LinkOut(Out):
    url: str
    expires_at: Instant
