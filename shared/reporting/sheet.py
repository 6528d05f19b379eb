"""Tables as spreadsheets read them: RFC 4180, and no cell that is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

BYTE_ORDER_MARK: Final = "\ufeff"
"""Some spreadsheets take UTF-8 for something else without it."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(value: Any) -> str:
    """Numbers as they are; text that would begin a formula is made text by an apostrophe."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, (int, float)):
        return text
    return f"'{text}" if text.startswith(_FORMULA) else text


def table(rows: Iterable[Sequence[Any]]) -> str:
    """Every cell made safe, every line ended as RFC 4180 has it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()
