"""What children and the runner say: JSON lines in files that rotate, short lines for people."""

import json
import logging
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

_SIZE = 10_000_000
_KEPT = 3
_LOUD = {"warning", "warn", "error", "critical", "fatal"}


class Journal:
    """The log of one child."""

    def __init__(self, folder: Path, name: str) -> None:
        self._name = name
        self._file = RotatingFileHandler(
            folder / f"{name}.log", maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8"
        )
        self.last: list[str] = []

    def take(self, raw: bytes) -> None:
        """One line of a child's output, whatever it is."""
        text = raw.decode("utf-8", "backslashreplace").rstrip()
        if text:
            entry = self._entry(text)
            self._write(json.dumps(entry, ensure_ascii=False, default=str))
            self._tell(entry)

    def close(self) -> None:
        self._file.close()

    def _entry(self, text: str) -> dict[str, Any]:
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = None
        if isinstance(parsed, dict):
            return parsed
        level = "error" if text.startswith(("PANIC", "panic:")) else "info"
        return {"ts": _now(), "level": level, "service": self._name, "event": text}

    def _write(self, line: str) -> None:
        record = logging.makeLogRecord({"msg": line})
        self._file.emit(record)
        self.last = [*self.last[-19:], line]

    def _tell(self, entry: dict[str, Any]) -> None:
        if str(entry.get("level", "")).lower() in _LOUD:
            words = entry.get("event") or entry.get("msg") or ""
            say(f"{self._name}: {words}", sys.stderr)


def say(line: str, to: TextIO | None = None) -> None:
    """A line for the person at the console."""
    stamp = datetime.now(UTC).astimezone().strftime("%H:%M:%S.%f")[:-5]
    print(f"{stamp} {line}", file=to or sys.stdout, flush=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
