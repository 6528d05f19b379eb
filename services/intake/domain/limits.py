"""How much of a mail is read; beyond a limit the reading is cut and flagged (mail.md 7)."""

from typing import Final

MESSAGE: Final = 35 * 1024 * 1024
HEADER_BLOCK: Final = 256 * 1024
HEADER: Final = 64 * 1024
ENCODED_WORDS: Final = 500
DEPTH: Final = 30
PARTS: Final = 500
ADDRESSES: Final = 200
FILES: Final = 100
FILE: Final = 25 * 1024 * 1024
HTML: Final = 2 * 1024 * 1024
TEXT: Final = 1024 * 1024
REFERENCES: Final = 50
SUBJECT: Final = 10_000
FILE_NAME: Final = 120
SCANNED_LINE: Final = 4096
SCANNED_LINES: Final = 10_000
