"""What a person wrote now and what their program quoted: one pass over lines (mail.md 11)."""

import itertools
import unicodedata
from typing import Final, NamedTuple

from services.intake.domain import announcements, landmarks, limits
from services.intake.domain.announcements import Evidence
from services.intake.domain.folding import fold

_HEADER_SPAN: Final = 14
_HEADER_GAP: Final = 3
_SIGNED: Final = "-- "
_SIGNATURE_SPAN: Final = 15
_CARD: Final = 80
_SIGNATURES: Final = 20
_LEAST_SHARE: Final = 50
"""Own words below one part in so many of the text are taken for a wrong cut."""
_ROUNDS: Final = 4


class Split(NamedTuple):
    """Two readings of one text; folded, never deleted."""

    visible: str
    quoted: str


def split_reply(text: str) -> Split:
    """Own words and quoted words; everything is shown where hardly any own word would be."""
    lines = text.split("\n")
    shown, marked = _shown(lines)
    visible = "\n".join(itertools.compress(lines, shown))
    quoted = "\n".join(itertools.compress(lines, (not own for own in shown))).strip("\n")
    if not quoted.strip() or not is_enough(visible, text, marked=marked):
        return Split(text.strip("\n"), "")
    return Split(visible, quoted)


def is_enough(visible: str, text: str, *, marked: bool) -> bool:
    """Whether a cut may stand. One word over a long quote may where our own marker says so."""
    if not any(char.isalnum() or unicodedata.category(char) == "So" for char in visible):
        return False
    return marked or len(visible.strip()) * _LEAST_SHARE >= len(text.strip())


def _shown(lines: list[str]) -> tuple[bytearray, bool]:
    """Of each line whether it stays, and whether our marker was met.

    What is left is read again: lines that a quote has parted may belong together.
    """
    head = min(len(lines), limits.SCANNED_LINES)
    keys = [_key(line) for line in lines[:head]]
    kept, marked, more = list(range(head)), False, head < len(lines)
    for _ in range(_ROUNDS):
        scan = _Scan([keys[index] for index in kept], more=more)
        left = scan.own()
        marked, more = marked or scan.marked, scan.more
        if not left or len(left) == len(kept):
            break
        kept = [kept[index] for index in left]
    shown = bytearray(len(lines))
    shown[head:] = (b"\1" if more else b"\0") * (len(lines) - head)
    for index in kept:
        shown[index] = 1
    return shown, marked


def _key(line: str) -> str:
    return _SIGNED if line == _SIGNED else fold(line[: limits.SCANNED_LINE])


class _Scan:
    """One pass; `folded` tells of each line whether it is quoted, `more` of lines not read."""

    def __init__(self, keys: list[str], *, more: bool) -> None:
        self.keys, self.more = keys, more
        self.folded = bytearray(len(keys))
        self.labels = [landmarks.label(key) if ":" in key else None for key in keys]
        self.quoting = self.marked = False
        self.signatures = 0

    def own(self) -> list[int]:
        """The lines that stay, without blank ones and rules at either end; none if no word."""
        index = 0
        while index < len(self.keys):
            index = self._step(index)
        if not self.more:
            self._fold_before(len(self.keys), quotes=True)
        return self._left()

    def _left(self) -> list[int]:
        """What is not folded; of the blank lines round a quote one stays, at the top none."""
        left, fresh = list[int](), True
        for index, folded in enumerate(self.folded):
            blank = not self.keys[index]
            if folded:
                fresh = True
            elif not (fresh and blank and (not left or not self.keys[left[-1]])):
                left.append(index)
                fresh = fresh and blank
        return left

    def _step(self, index: int) -> int:
        """Judge one line; the index of the next line to judge."""
        key = self.keys[index]
        if not key:
            return index + 1
        if landmarks.is_marker(key):
            return self._cut_at_marker(index)
        if landmarks.is_original(key) or self._is_header_block(index):
            return self._fold_rest(index)
        if key.rstrip() == "--" and (end := self._signature_end(index)):
            return self._fold(index, end)
        if found := announcements.ending_at(self.keys, index):
            return self._announced(found.start, index + 1, found.evidence)
        if self.quoting and key[0] == ">":
            self.folded[index] = 1
        return index + 1

    def _fold(self, start: int, end: int) -> int:
        """Fold lines, and before them what no person ends with; the index after them."""
        self._fold_before(start)
        self.folded[start:end] = b"\1" * (end - start)
        return end

    def _fold_rest(self, index: int) -> int:
        self.more = False
        return self._fold(index, len(self.keys))

    def _fold_before(self, end: int, *, quotes: bool = False) -> None:
        """Footers, rules and blank lines above a quote; at the very end also what was answered."""
        while end and not self.folded[end - 1] and self._is_filler(end - 1, quotes=quotes):
            end -= 1
            self.folded[end] = 1

    def _is_filler(self, index: int, *, quotes: bool) -> bool:
        key = self.keys[index]
        if not key or landmarks.is_footer(key):
            return True
        return key[0] == ">" if quotes else landmarks.is_heading(key)

    def _cut_at_marker(self, index: int) -> int:
        """Above it may stand an announcement in a language that we do not know."""
        self.marked = True
        start = self._filled_before(index)
        above = start + 1
        while above and self.keys[above - 1] and index - above < 5:
            above -= 1
        if start < 0 or self.folded[start] or not self.keys[start].endswith(":"):
            above = index
        if self.keys[index][0] != ">":
            return self._fold_rest(above)
        self.quoting = True
        return self._fold(above, index + 1)

    def _filled_before(self, index: int) -> int:
        """Index of the line above that is not blank; -1 when none is."""
        for place in range(index - 1, max(-1, index - 4), -1):
            if self.keys[place]:
                return place
        return -1

    def _announced(self, start: int, end: int, evidence: Evidence) -> int:
        """Below come `>` lines, after which text may go on, or all that follows is quoted."""
        follows = end
        while follows < len(self.keys) and not self.keys[follows]:
            follows += 1
        if follows < len(self.keys) and self.keys[follows][0] == ">":
            self.quoting = True
            return self._fold(start, follows)
        if evidence is Evidence.CERTAIN and not self.quoting:
            return self._fold_rest(start)
        return end

    def _is_header_block(self, index: int) -> bool:
        """Three different header fields close together, the sender or the subject among them."""
        first = self.labels[index]
        if first is None:
            return False
        found, gap = {first}, 0
        for kind in self.labels[index + 1 : index + _HEADER_SPAN]:
            gap = 0 if kind else gap + 1
            if gap > _HEADER_GAP:
                break
            if kind:
                found.add(kind)
        known = found - {"other"}
        return len(known) >= 3 and not known.isdisjoint({"from", "subject"})

    def _signature_end(self, index: int) -> int:
        """Where a short last stretch under `-- ` ends; 0 when it is none.

        Without its space the line may be a person's rule: then only short lines may follow.
        """
        self.signatures += 1
        if self.signatures > _SIGNATURES:
            return 0
        filled, longest = 0, limits.SCANNED_LINE if self.keys[index] == _SIGNED else _CARD
        for later in range(index + 1, len(self.keys)):
            key = self.keys[later]
            if key and (found := self._quote_begins(later)) is not None:
                return found
            filled += bool(key)
            if filled > _SIGNATURE_SPAN or len(key) > longest:
                return 0
        return len(self.keys)

    def _quote_begins(self, index: int) -> int | None:
        key = self.keys[index]
        if key[0] == ">" or landmarks.is_marker(key) or landmarks.is_original(key):
            return index
        if self._is_header_block(index):
            return index
        found = announcements.ending_at(self.keys, index)
        return None if found is None else found.start
