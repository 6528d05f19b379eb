"""The parser's own process: little memory, little time, no secrets, no network, no database."""

import resource
import signal
import sys
from typing import BinaryIO, Final

from services.intake.adapters import frames, reports, signatures
from services.intake.adapters.pages import read_page
from services.intake.adapters.tnef import unpack
from services.intake.adapters.votes import vote
from services.intake.domain.mail import Tools, read_mail
from shared.kit.heap import give_back_large

MEMORY: Final = 768 * 1024 * 1024
_FILES: Final = 16
TOOLS: Final = Tools(unpack, vote, reports.failed)


def main(seconds: int) -> None:
    """Answer questions until the service hangs up; a question that takes too long kills us."""
    _confine()
    give_back_large()
    while (head := sys.stdin.buffer.read(frames.HEAD.size)) != b"":
        length, size = frames.HEAD.unpack(head)
        signal.alarm(seconds)
        envelope, reading = frames.read_question(sys.stdin.buffer.read(length))
        raw = sys.stdin.buffer.read(size)
        signers = signatures.signers(raw, reading.keys)
        sealed = signatures.sealer(raw, reading.keys) if reading.sealers else ""
        proofs = reading.proofs(signers, sealed)
        parsed = read_mail(raw, envelope, reading, read_page, proofs, TOOLS)
        _reply(sys.stdout.buffer, *frames.answer(parsed))
        signal.alarm(0)


def _confine() -> None:
    """An orphan whose service died still ends: SIGALRM is left at its default, which kills."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _reply(out: BinaryIO, text: bytes, contents: bytes) -> None:
    out.write(frames.HEAD.pack(len(text), len(contents)))
    out.write(text)
    out.write(contents)
    out.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
