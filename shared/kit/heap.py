"""What the C library keeps of memory that was given back.

A large block comes straight from the kernel and goes straight back, until one is freed: then the
library raises its bound to that size, and keeps what is freed below it in heaps, one for each few
threads. A service that now and then holds tens of megabytes would hold them for ever.
"""

import ctypes
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
LARGE: Final = 1024 * 1024


def give_back_large() -> None:
    """Blocks of a megabyte and more go back to the kernel when they are freed, whoever had them."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library, with manners of its own
        return
    for option, value in ((_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE), (_ARENA_MAX, 2)):
        mallopt(option, value)
