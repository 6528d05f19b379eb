"""The real mails that lie beside the repository, when they are there."""

from pathlib import Path
from typing import Final

import pytest

_PLACES = [folder / "shared" / "data" / "mails" for folder in Path(__file__).resolve().parents]
DATA: Final = next((place for place in _PLACES if place.is_dir()), _PLACES[3])
real_mails = pytest.mark.skipif(
    not DATA.is_dir(), reason="no ../shared/data/mails beside the repository"
)


def paths() -> list[Path]:
    """Every mail, in the same order everywhere."""
    return [one for one in sorted(DATA.glob("*/*")) if one.suffix in {".eml", ".raw", ".msg"}]


def mails() -> dict[str, bytes]:
    """Folder and file name, and the bytes."""
    return {f"{one.parent.name}/{one.name}": one.read_bytes() for one in paths()}
