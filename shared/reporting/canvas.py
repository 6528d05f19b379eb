"""A picture's ground: SVG without scripts, fonts or addresses of others, in either direction.

It brings its own ground, so that it reads the same in a dark mail. Coordinates are told as if
the reader read from left to right; for Arabic they are turned round.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from shared.vocabulary import Locale

INK, SOFT, LINE, GROUND = "#1f2937", "#5b6472", "#e3e7ed", "#ffffff"
FIRST, SECOND = "#1f6f8b", "#c2571a"
PLAIN: Final = f'font-size="11" fill="{INK}"'
QUIET: Final = f'font-size="11" fill="{SOFT}"'
NOTE: Final = f'font-size="13" fill="{SOFT}"'
STRONG: Final = f'font-size="11" font-weight="600" fill="{INK}"'
INSIDE: Final = f'font-size="11" font-weight="600" fill="{GROUND}"'
HEAD: Final = f'font-size="18" font-weight="600" fill="{INK}"'
_FONTS: Final = "system-ui, 'Segoe UI', 'Noto Sans Arabic', Tahoma, Arial, sans-serif"


@dataclass(frozen=True)
class Canvas:
    """Shapes and words of one picture."""

    locale: Locale
    width: int
    height: int

    @property
    def rtl(self) -> bool:
        return self.locale is Locale.AR

    def document(self, title: str, description: str, shapes: Iterable[str]) -> Iterator[str]:
        """The lines of a document of its own; who cannot see it hears the description."""
        width, height = self.width, self.height
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc"'
            f' xml:lang="{self.locale.value}" direction="{"rtl" if self.rtl else "ltr"}"'
            f' font-family="{_FONTS}" font-size="12">'
        )
        yield f'<title id="title">{escape(title)}</title>'
        yield f'<desc id="desc">{escape(description)}</desc>'
        yield (
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="10"'
            f' fill="{GROUND}" stroke="{LINE}"/>'
        )
        yield from shapes
        yield "</svg>"

    def x(self, at: float) -> float:
        return self.width - at if self.rtl else at

    def text(self, at: float, y: float, text: str, anchor: str = "start", look: str = PLAIN) -> str:
        """Words; `start` is where the reader's line begins."""
        return (
            f'<text x="{self.x(at):.1f}" y="{y:.1f}" text-anchor="{anchor}" {look}>'
            f"{escape(text)}</text>"
        )

    def rect(self, at: float, y: float, size: tuple[float, float], fill: str) -> str:
        width, height = size
        left = self.x(at + width) if self.rtl else at
        return (
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            f' rx="2" fill="{fill}"/>'
        )

    def rule(self, start: float, end: float, y: float, stroke: str) -> str:
        """A line across."""
        return (
            f'<line x1="{self.x(start):.1f}" x2="{self.x(end):.1f}" y1="{y:.1f}"'
            f' y2="{y:.1f}" stroke="{stroke}"/>'
        )
