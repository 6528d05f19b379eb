"""`python -m deploy.mails`: compiles the MJML sources of mails into the pages that are committed.

The sources say what a mail holds; MJML says it in the tables and inline styles that Gmail and
Outlook agree on. `[[ ]]` and `[% %]` are filled in here; `{{ }}` and `{% %}` stay for notify.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER: Final = Path(__file__).resolve().parent.parent / "services" / "notify" / "templates"
SOURCES: Final = FOLDER / "mjml"

_SIDES: Final = (
    {"lang": "ar", "dir": "rtl", "start": "right", "end": "left"},
    {"lang": "en", "dir": "ltr", "start": "left", "end": "right"},
)
_FILLER: Final = "&#8199;&#65279;&#847; " * 24
"""Invisible: without it mail lists show, after the preview, whatever the mail begins with."""

_LEADING_SPACE = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{2,}")


def compiled() -> Iterator[tuple[Path, str]]:
    """Where each page lies, and what it must say."""
    for sides in _SIDES:
        language = sides["lang"]
        for source in sorted((SOURCES / language).glob("*.mjml")):
            yield (
                FOLDER / language / f"{source.stem}.html",
                _page(f"{language}/{source.name}", sides),
            )


def _page(name: str, sides: dict[str, str]) -> str:
    source = _sources().get_template(name).render({**sides, "filler": _FILLER})
    output = mrml.to_html(source.strip())
    if output.warnings:
        raise ValueError(f"{name}: {[str(one) for one in output.warnings]}")
    return _tidy(_directed(output.content, sides))


def _sources() -> Environment:
    return Environment(
        loader=FileSystemLoader(SOURCES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - what goes in is ours; pages escape when they are filled
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _directed(page: str, sides: dict[str, str]) -> str:
    """Direction stated on whatever holds text: Outlook inherits none and knows no `auto`."""
    told = f'dir="{sides["dir"]}"'
    page = page.replace("text-align:left;direction:rtl", "text-align:right;direction:rtl")
    page = page.replace("<body style=", f'<body lang="{sides["lang"]}" {told} style=', 1)
    page = page.replace('<div style="font-family:', f'<div {told} style="font-family:')
    return page.replace(
        '<table border="0" cellpadding="0" cellspacing="0" width="100%" style="color:',
        f'<table {told} border="0" cellpadding="0" cellspacing="0" width="100%" style="color:',
    )


def _tidy(page: str) -> str:
    """Lines that a reviewer can read; Jinja eats no space between two words here."""
    page = page.replace("><", ">\n<")
    return _BLANK_LINES.sub("\n", _LEADING_SPACE.sub("", page)).strip() + "\n"


def main() -> None:
    """Write what is not as it should be, and take away what has no source any more."""
    wanted = dict(compiled())
    for path, page in wanted.items():
        path.write_text(page, encoding="utf-8")
    for stale in {*FOLDER.glob("*/*.html")} - wanted.keys():
        stale.unlink()
    print(f"{len(wanted)} pages")


if __name__ == "__main__":
    main()
