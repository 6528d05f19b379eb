"""The one clock of a process: real time, or real time moved by a test's offset file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Gives `now`; every rule takes it as an argument.

    `offset_file` (test profile only) holds seconds to add; it is read again when it changes, so a
    journey can travel through the hours of a promise with all services at once.
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        self._file = offset_file
        self._stamp = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        """The instant now, in UTC."""
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """How far this clock stands from the machine's."""
        if self._file is None:
            return self._offset
        try:
            stamp = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return self._offset
        if stamp != self._stamp:
            text = self._file.read_text().strip()
            if text:  # a writer may be between truncation and the new figure
                self._offset = timedelta(seconds=float(text))
                self._stamp = stamp
        return self._offset
