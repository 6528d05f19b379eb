"""Unique texts that may rest nowhere in the clear, and the search for them (F20)."""

import base64
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

_ARABIC = "بتثجحخدذرزسشصضطظعغفقكلمنهو"
_ENGLISH = "bcdfghjklmnpqrstvwxz"
_CHUNK = 1 << 22


def letters(alphabet: str, count: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(count))


class Canaries:
    """Makes fresh texts for each door. All begin alike, so that one search finds them all."""

    def __init__(self) -> None:
        self.arabic, self.english = letters(_ARABIC, 9), letters(_ENGLISH, 14)
        self.doors: dict[str, str] = {}

    def text(self, door: str) -> str:
        """A sentence with one Arabic and one English word that exist nowhere else."""
        arabic = self.arabic + letters(_ARABIC, 5)
        self.doors[arabic] = door
        return f"{arabic} {self.word(door)}"

    def word(self, door: str) -> str:
        """One English word, where Arabic has no place (an address)."""
        made = self.english + letters(_ENGLISH, 5)
        self.doors[made] = door
        return made

    def forms(self) -> dict[bytes, str]:
        return {
            form: f"{word} as {name}"
            for word in (self.arabic, self.english)
            for name, form in _forms(word)
        }


def _forms(word: str) -> Iterator[tuple[str, bytes]]:
    plain = word.encode()
    yield "UTF-8", plain
    yield "UTF-16", word.encode("utf-16-le")
    yield "percent", quote(word).encode()
    yield "percent, small", quote(word).lower().encode()
    yield "JSON", json.dumps(word)[1:-1].encode()
    yield "hex", plain.hex().encode()
    for shift in range(3):
        inner = base64.b64encode(bytes(shift) + plain)
        yield f"base64 at {shift}", inner[4 if shift else 0 : -4]


def hits(root: Path, forms: dict[bytes, str], skip: tuple[str, ...]) -> set[tuple[str, str]]:
    """Which form lies in which file below `root`."""
    found = set()
    for path in sorted(root.rglob("*")):
        place = str(path.relative_to(root))
        if path.is_file() and not place.startswith(skip):
            found |= {(place, name) for name in _in_file(path, forms)}
    return found


def _in_file(path: Path, forms: dict[bytes, str]) -> Iterator[str]:
    overlap = max(len(form) for form in forms)
    tail = b""
    try:
        with path.open("rb") as file:
            while block := file.read(_CHUNK):
                window = tail + block
                yield from (name for form, name in forms.items() if form in window)
                tail = window[-overlap:]
    except FileNotFoundError:
        return  # a file of the engines that they removed meanwhile
