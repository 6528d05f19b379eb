"""How large a picture is, told by its head alone and as Pillow tells it."""

import io
import struct

import pytest
from PIL import Image

from services.tickets.domain.pixels import MOST, pixels


@pytest.mark.parametrize(
    ("form", "told"),
    [
        *(("PNG", {}), ("GIF", {}), ("JPEG", {}), ("JPEG", {"progressive": True})),
        ("JPEG", {"exif": b"Exif\x00\x00" + b"\xff\xc0" * 20_000}),
        *(("WEBP", {}), ("WEBP", {"lossless": True}), ("WEBP", {"icc_profile": b"x" * 200})),
    ],
)
def test_the_head_says_how_many_pixels(form: str, told: dict[str, bytes | bool]) -> None:
    out = io.BytesIO()
    Image.new("RGB", (321, 123), "red").save(out, form, **told)
    assert pixels(out.getvalue()) == 321 * 123
    for end in range(60):
        pixels(out.getvalue()[:end])


def test_a_bomb_is_seen_before_it_unfolds() -> None:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 30_000, 30_000)
    assert (pixels(head) or 0) > MOST
    assert pixels(b"%PDF-1.7") is None
    assert pixels(b"\xff\xd8\xff\xe0\x00\x00" * 1000) is None
