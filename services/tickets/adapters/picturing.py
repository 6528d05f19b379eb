"""The picture maker's own process: little memory, little time, no keys, no network, no disk.

A hostile picture costs this process at most; what it writes is a new picture of our own making,
so nothing that hid beside the pixels (places, names of cameras, other files) is in it.
"""

import io
import resource
import signal
import sys
import warnings
from typing import Final

MEMORY: Final = 512 * 1024 * 1024
SECONDS: Final = 10
PIXELS: Final = 40_000_000
SIDE: Final = 640
_MODE: Final = ("RGB", "RGBA")
_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")


def main() -> None:
    _confine()
    sys.stdout.buffer.write(smaller(sys.stdin.buffer.read()))


def smaller(content: bytes) -> bytes:
    """A WebP of at most 640 pixels a side, upright; any failure is an exception."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - only ever loaded in the child

    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    out = io.BytesIO()
    with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
        clear = picture.has_transparency_data
        plain = picture if picture.mode in {"RGB", "RGBA", "L"} else picture.convert(_MODE[clear])
        plain.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(plain).convert(_MODE[clear])
        upright.save(out, "WEBP", quality=80, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()


def _confine() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main()
