"""What a person wrote now and what their program quoted: one pass over lines (mail.md 11)."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from services.intake.domain import landmarks, limits
from services.intake.domain.folding import fold

_HEADER_SPAN: Final = 14
_SIGNATURE_SPAN: Final = 15
_SIGNATURES: Final = 20
_WROTE_SPAN: Final = 4
_WROTE_LENGTH: Final = 500


class Split(NamedTuple):
    """Two readings of one text; folded, never deleted."""

    visible: str
    quoted: str


@dataclass(slots=True)
class _Scan:
    lines: list[str]
    keys: list[str]
    labels: list[str | None]
    kept: list[str] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)
    quoting: bool = False
    signatures: int = 0

    def fold_rest(self, start: int) -> int:
        self.folded += self.lines[start:]
        return len(self.lines)

    def quotes(self, index: int) -> bool:
        return self.lines[index].lstrip().startswith(">")

    def next_filled(self, index: int) -> int:
        """Index of the next line that is not blank; the number of lines when none follows."""
        while index < len(self.keys) and not self.keys[index]:
            index += 1
        return index


def split_reply(text: str) -> Split:
    """Visible and quoted part; all is visible when no word of the writer's own would be.

    A one-word answer over a long quote stays one word: the cut is made only where a landmark
    says so, therefore a small share alone is no sign of a wrong cut.
    """
    lines = text.split("\n")
    keys = [fold(line[: limits.SCANNED_LINE]) for line in lines]
    scan = _Scan(lines, keys, [landmarks.label(key) for key in keys])
    index = 0
    while index < min(len(lines), limits.SCANNED_LINES):
        index = _step(scan, index)
    scan.kept += lines[index:]
    _fold_trailing_quotes(scan)
    visible = _trim(scan.kept)
    if not any(char.isalnum() for char in visible):
        return Split(text.strip(), "")
    return Split(visible, "\n".join(scan.folded).strip("\n"))


def _fold_trailing_quotes(scan: _Scan) -> None:
    """Quoted lines below the last own line are only what was answered."""
    last = len(scan.kept)
    while last and (not scan.kept[last - 1].strip() or scan.kept[last - 1].lstrip()[0] == ">"):
        last -= 1
    if any(line.strip() for line in scan.kept[:last]):
        scan.folded = scan.kept[last:] + scan.folded
        scan.kept = scan.kept[:last]


def _step(scan: _Scan, index: int) -> int:
    """Judge one line; the index of the next line to judge."""
    key = scan.keys[index]
    if _ends_here(scan, index, key):
        return scan.fold_rest(index)
    if length := _wrote(scan, index):
        return _quotation(scan, index, length)
    if landmarks.is_footer(key) or (scan.quoting and scan.quotes(index)):
        scan.folded.append(scan.lines[index])
    else:
        scan.kept.append(scan.lines[index])
    return index + 1


def _ends_here(scan: _Scan, index: int, key: str) -> bool:
    """Whether nothing of the writer's own comes from this line on."""
    if not key:
        return False
    if any(phrase in key for phrase in landmarks.REPLY_ABOVE):
        return True
    return landmarks.is_original(key) or _header_block(scan, index) or _signature(scan, index)


def _quotation(scan: _Scan, index: int, length: int) -> int:
    """Below "... wrote:" come `>` lines, after which text may go on, or all is quoted."""
    follows = scan.next_filled(index + length)
    if follows < len(scan.lines) and scan.quotes(follows):
        scan.folded += scan.lines[index:follows]
        scan.quoting = True
        return follows
    return scan.fold_rest(index)


def _wrote(scan: _Scan, index: int) -> int:
    """Number of lines that the announcement of a quote takes here; 0 when it is none."""
    key = scan.keys[index].lstrip("> ")
    if not key or scan.quoting:
        return 0
    starts = key.startswith(landmarks.WROTE_STARTS) or "@" in key
    joined = ""
    for count in range(1, _WROTE_SPAN + 1):
        if index + count > len(scan.keys) or not scan.keys[index + count - 1]:
            return 0
        joined = f"{joined} {scan.keys[index + count - 1].lstrip('> ')}".strip()
        if len(joined) > _WROTE_LENGTH:
            return 0
        if _announces(joined) and (starts or count == 1):
            return count
    return 0


def _announces(joined: str) -> bool:
    tail = joined.rstrip("-* >")
    if any(phrase in tail[-300:] for phrase in landmarks.WROTE_PASSIVE):
        return True
    if landmarks.DATED_SENDER.fullmatch(joined):
        return True
    if not (tail.endswith(":") or joined.endswith("wrote ----")):
        return False
    dated = landmarks.DATE_OR_ADDRESS.search(joined) is not None
    return dated and landmarks.WROTE_VERBS.search(joined) is not None


def _header_block(scan: _Scan, index: int) -> bool:
    """Three different header fields close together, the sender or the subject among them."""
    first = scan.labels[index]
    if first is None:
        return False
    found, gap = {first}, 0
    for kind in scan.labels[index + 1 : index + _HEADER_SPAN]:
        gap = 0 if kind else gap + 1
        if gap > 3:
            break
        if kind:
            found.add(kind)
    known = found - {"reply-to"}
    return len(known) >= 3 and not known.isdisjoint({"from", "subject"})


def _signature(scan: _Scan, index: int) -> bool:
    """`-- ` over a short last stretch."""
    if scan.keys[index] != "--" or scan.signatures > _SIGNATURES:
        return False
    scan.signatures += 1
    filled = 0
    for later in range(index + 1, len(scan.keys)):
        if _wrote(scan, later) or (scan.keys[later] and _header_block(scan, later)):
            break
        filled += bool(scan.keys[later])
        if filled > _SIGNATURE_SPAN:
            return False
    return True


def _trim(lines: list[str]) -> str:
    """Without blank lines and rules at either end; trailing spaces of lines go too."""
    first, last = 0, len(lines)
    while last > first and _is_filler(lines[last - 1]):
        last -= 1
    while first < last and not lines[first].strip():
        first += 1
    return "\n".join(line.rstrip() for line in lines[first:last])


def _is_filler(line: str) -> bool:
    key = fold(line[: limits.SCANNED_LINE])
    return not key or landmarks.is_rule(key)
