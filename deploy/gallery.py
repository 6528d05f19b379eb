"""`python -m deploy.gallery`: every mail in both languages as a page and a picture in `docs/mails`.

Pages always; pictures where Chromium is. Addresses in them are examples.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageChops

from services.notify.domain.words import TO_CUSTOMERS, Digits, Kind
from services.notify.settings import NotifySettings
from services.notify.usecases.previewing import preview
from shared.vocabulary import Locale

TARGET: Final = Path(__file__).resolve().parent.parent / "docs" / "mails"
WIDTH: Final = 640
_HEIGHT: Final = 1100
_COLOURS: Final = 48
_EXAMPLE: Final = NotifySettings(
    public_url="https://desk.example", notify_portal_url="https://desk.example"
)
_FOREWORD: Final = (
    "Every mail that Sanad sends, with example values, in Arabic and English side by side; a"
    " picture leads to its page. Made by `make gallery` from the compiled templates; the words live"
    " in `services/notify/templates`. The text parts say the same."
)
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


def render(kind: Kind, locale: Locale, digits: Digits = Digits.LATIN) -> dict[str, Any]:
    return preview(_EXAMPLE, kind, locale, digits)


def pages() -> dict[str, str]:
    """File name and content of each page."""
    return {
        f"{kind.value}.{locale.value}.html": render(kind, locale)["html"]
        for kind in Kind
        for locale in Locale
    }


def index() -> str:
    """The page that shows them all, side by side."""
    parts = [
        "# Mails",
        _FOREWORD,
    ]
    for title, kinds in (
        ("To customers", [kind for kind in Kind if kind in TO_CUSTOMERS]),
        ("To the desk", [kind for kind in Kind if kind not in TO_CUSTOMERS]),
    ):
        parts.append(f"## {title}")
        parts += [_row(kind) for kind in kinds]
    return "\n\n".join(parts) + "\n"


def _row(kind: Kind) -> str:
    name = kind.value
    subjects = " · ".join(f"`{render(kind, locale)['subject']}`" for locale in Locale)
    shots = " ".join(
        f"[![{name}, {locale.value}]({name}.{locale.value}.png)]({name}.{locale.value}.html)"
        for locale in Locale
    )
    return f"### {name}\n{subjects}\n\n{shots}"


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def _shoot(browser: str, page: Path, picture: Path) -> None:
    """The whole page, cut where nothing follows, in few colours."""
    with tempfile.TemporaryDirectory(prefix="sanad-gallery-") as folder:
        shot = Path(folder) / "shot.png"
        command: Sequence[str] = (
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{_HEIGHT}"),
            *(f"--screenshot={shot}", "--virtual-time-budget=1000", page.as_uri()),
        )
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        with Image.open(shot) as taken:
            small = _cut(taken.convert("RGB")).quantize(_COLOURS, dither=Image.Dither.NONE)
        small.save(picture, optimize=True)


def _cut(image: Image.Image) -> Image.Image:
    ground = Image.new("RGB", image.size, image.getpixel((0, image.height - 1)))
    box = ImageChops.difference(image, ground).getbbox()
    return image.crop((0, 0, image.width, min(image.height, (box[3] if box else 0) + 16)))


def main() -> None:
    """Write all anew; what belongs to no mail any more goes."""
    TARGET.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for stale in [*TARGET.glob("*.html"), *TARGET.glob("*.png")]:
        if f"{stale.name.removesuffix('.png').removesuffix('.html')}.html" not in wanted:
            stale.unlink()
    browser = _browser()
    for name, page in wanted.items():
        (TARGET / name).write_text(page, encoding="utf-8")
        if browser:
            _shoot(browser, TARGET / name, (TARGET / name).with_suffix(".png"))
    (TARGET / "README.md").write_text(index(), encoding="utf-8")
    print(
        f"{len(wanted)} mails"
        + ("" if browser else "; no Chromium here: pictures stay as they are")
    )


if __name__ == "__main__":
    main()
