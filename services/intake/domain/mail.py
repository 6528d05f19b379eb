"""A mail read from its bytes: everything later steps decide on, nothing decided yet."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.intake.domain import bounces, classify, forwards, limits, threading
from services.intake.domain.addresses import Address, addresses, single
from services.intake.domain.alike import lines_alike
from services.intake.domain.authenticity import NOTHING, Author, Proofs, Trust, author_of
from services.intake.domain.body import (
    NOBODYS,
    File,
    ReadPage,
    Unpack,
    leave_packed,
    read_content,
)
from services.intake.domain.charset import Vote, no_vote
from services.intake.domain.direction import directions, locale_of
from services.intake.domain.folding import BIDI_MARKS
from services.intake.domain.headers import Headers, split_headers
from services.intake.domain.mime import Part, read_tree
from services.intake.domain.own import words_of
from services.intake.domain.words import Flag
from shared.vocabulary import Locale, SenderAuth

_IDENTITY: Final = ("from", "date", "subject", "message-id")
_SHAPE: Final = ("content-type", "content-transfer-encoding", "content-disposition")
"""By another one, the same bytes of the body say something else, or nothing."""
UNREADABLE: Final = "(unreadable message / رسالة غير مقروءة)"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the door was told beside the message; `<>` is the null sender, empty is unknown."""

    sender: str = ""
    recipients: tuple[str, ...] = ()
    peer: str = ""
    """The address of the SMTP client; empty at doors that have none."""
    helo: str = ""
    server: str = ""
    """The authserv-id of the mail server that this door reads from; empty: the house's own."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How this house reads mail."""

    trusted: str = ""
    """The authserv-id whose Authentication-Results count; none is trusted when empty."""
    arabic: bool = True
    sealers: tuple[str, ...] = ()
    """Forwarders whose ARC seals may excuse a failure."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """DKIM keys by name, as they were looked up for this mail."""
    posted: str = ""
    judged: bool = False
    policy: str = ""
    """What SPF and DMARC say of this mail (see `Proofs`)."""
    mail: UUID = NOBODYS
    """The mail that is read; its files' ids follow from it."""

    @property
    def trust(self) -> Trust:
        return Trust(self.trusted, tuple(self.sealers))

    def proofs(self, signers: tuple[str, ...], sealed: str) -> Proofs:
        """What was found out before the mail was read, with what its bytes prove."""
        return Proofs(signers, self.posted, self.judged, self.policy, sealed)


@dataclass(frozen=True, slots=True)
class Tools:
    """Libraries that only the parser's own process may load."""

    unpack: Unpack = leave_packed
    vote: Vote = no_vote
    scan: Callable[[bytes], bool | None] = bounces.no_report


@dataclass(frozen=True, slots=True)
class Mail:
    """The content of a mail; plain values only, so that it crosses processes as JSON."""

    subject: str
    sender: str
    sender_name: str
    sender_auth: str
    mail_class: str
    locale: str
    digest: str
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    auth_because: str = ""
    class_because: str = ""
    tokens: tuple[str, ...] = ()
    bounces: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    tag: int | None = None
    loop_mark: str = ""
    copied: tuple[str, ...] = ()
    report_original: str = ""
    report_permanent: bool = True
    report_status: str = ""
    forwarded: str = ""
    forwarded_name: str = ""
    body_text: str = ""
    visible_text: str = ""
    quoted_text: str = ""
    body_html: str | None = None
    directions: tuple[str, ...] = ()
    """Of each paragraph of `body_text`: `rtl` or `ltr`."""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A mail with its files."""

    mail: Mail
    files: list[File] = field(default_factory=list)


def read_mail(
    raw: bytes,
    envelope: Envelope,
    reading: Reading,
    read_page: ReadPage,
    proofs: Proofs = NOTHING,
    tools: Tools = Tools(),
) -> Parsed:
    """Read a whole message. Bounded by `limits`; what is cut is flagged."""
    root, flags = read_tree(raw, arabic=reading.arabic, vote=tools.vote)
    content = read_content(root, read_page, mail=reading.mail, unpack=tools.unpack)
    author = author_of(root.headers, envelope.sender, reading.trust, proofs)
    report, origin = _report(root, envelope, author, lambda: tools.scan(raw))
    text, visible, quoted = words_of(content, reported=report is not None)
    original = forwards.original_of(root, text)
    basic = _basic(root.headers, envelope, author)
    locale = locale_of(f"{basic['subject']} {visible}")
    details = {
        "digest": digest_of(root.headers, raw, envelope),
        **_class(root.headers, origin),
        "locale": locale,
        "directions": directions(text[: limits.TEXT], locale),
        "body_text": text[: limits.TEXT],
        "visible_text": visible[: limits.TEXT],
        "quoted_text": quoted[: limits.TEXT],
        "body_html": content.safe_html,
        "report_original": report.original if report else "",
        "report_permanent": report.permanent if report else True,
        "report_status": report.status if report else "",
        "forwarded": original.email,
        "forwarded_name": original.name,
        "flags": tuple(sorted(flags | content.flags | root.headers.flags)),
    }
    # Gathered by name in two halves; each half's values have the types of their fields.
    return Parsed(Mail(**basic, **details), content.files)  # type: ignore[arg-type]


def unreadable(raw: bytes, envelope: Envelope, reading: Reading) -> Parsed:
    """What can be told of a mail that the parser could not read (mail.md 6.7)."""
    head = raw[: limits.HEADER].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    headers = split_headers(head, arabic=reading.arabic)
    author = _envelopes(envelope) or author_of(headers, envelope.sender, reading.trust)
    basic = _basic(headers, envelope, author)
    basic["subject"] = basic["subject"] or UNREADABLE
    null = is_null(_posted_by(headers, envelope))
    origin = classify.Origin(ours=False, null_sender=null, reported=False, from_reporter=False)
    details = {
        "digest": digest_of(Headers(), raw, envelope),
        **_class(headers, origin),
        "locale": locale_of(str(basic["subject"])),
        "body_text": UNREADABLE,
        "visible_text": UNREADABLE,
        "directions": directions(UNREADABLE, Locale.AR),
        "flags": (Flag.UNREADABLE,),
    }
    # As in `read_mail`: two halves by name.
    return Parsed(Mail(**basic, **details))  # type: ignore[arg-type]


def _envelopes(envelope: Envelope) -> Author | None:
    """Whom the door was told; where nothing of a mail could be read, its From is no better."""
    told = single(envelope.sender)
    return Author(Address(told), SenderAuth.NONE, Flag.UNREADABLE) if told else None


def digest_of(headers: Headers, raw: bytes, envelope: Envelope) -> str:
    """Equal for two deliveries of one mail: trace fields and line ends do not count.

    All bytes count where the head names nothing or ends nowhere: then text may stand in it. The
    envelope speaks where no From does. "Yes, thanks" to two tickets is two mails: where neither a
    date nor an id tells them apart, the signed addresses they were sent to do.
    """
    named = [headers.first(name) for name in _IDENTITY]
    body = root_body(raw)
    digest = hashlib.sha256()
    for value in named:
        digest.update(value + b"\x00")
    for name in ("from", *_SHAPE):
        for value in headers.all(name):
            digest.update(name.encode() + b"".join(value.split()) + b"\x00")
    if not addresses(headers, "from"):
        digest.update(envelope.sender.lower().encode("utf-8", "replace") + b"\x00")
    if not (headers.first("date") or headers.first("message-id")):
        for token in sorted(_tokens(envelope)):
            digest.update(token.encode() + b"\x00")
    whole = body is None or not any(named)
    for piece in lines_alike(raw if whole else body or b""):
        digest.update(piece)
    return digest.hexdigest()


def _tokens(envelope: Envelope) -> set[str]:
    boxes = (threading.open_address(address) for address in envelope.recipients)
    return {box.reply_token or box.bounce_token or "" for box in boxes} - {""}


def root_body(raw: bytes) -> bytes | None:
    """Everything after the first empty line; None without one."""
    places = [place for mark in (b"\r\n\r\n", b"\n\n") if (place := raw.find(mark)) >= 0]
    return raw[min(places) :] if places else None


def is_null(envelope_sender: str) -> bool:
    """The sender of reports and automatic mail: nobody."""
    return envelope_sender.strip() == "<>"


def _basic(headers: Headers, envelope: Envelope, author: Author) -> dict[str, object]:
    """What the header block alone tells."""
    signs = threading.signs_of(headers, list(envelope.recipients))
    subject = headers.text("subject").strip(f" {BIDI_MARKS}")
    if len(subject) > limits.SUBJECT:
        headers.flags.add(Flag.SUBJECT_CUT)
    return {
        "subject": subject[: limits.SUBJECT],
        "sender": author.address.email,
        "sender_name": author.address.name,
        "sender_auth": str(SenderAuth(author.auth)),
        "auth_because": author.because,
        "message_id": threading.message_id(headers),
        "in_reply_to": threading.ids_of(headers, "in-reply-to"),
        "references": threading.ids_of(headers, "references"),
        "tokens": signs.tokens,
        "bounces": signs.bounces,
        "signed": signs.signed,
        "ids": signs.ids,
        "tag": signs.tag,
        "loop_mark": headers.token("x-sanad-loop")[:64],
        "copied": tuple(_copied(headers, author.address.email)),
    }


def _copied(headers: Headers, sender: str) -> Iterable[str]:
    """Other people in To and Cc, as proposed participants (at most 20)."""
    named = [one.email for name in ("to", "cc") for one in addresses(headers, name)]
    others = (email for email in dict.fromkeys(named) if email.lower() != sender.lower())
    return list(others)[:20]


def _report(
    root: Part, envelope: Envelope, author: Author, scan: bounces.Scan
) -> tuple[bounces.Report | None, classify.Origin]:
    """Whether the mail is a report, and what else its class is told by."""
    reporter = bounces.is_reporter(author.address.email)
    null = is_null(_posted_by(root.headers, envelope))
    report = bounces.report_of(root, suspected=reporter or null, scan=scan)
    by_server = reporter or not envelope.sender
    return report, classify.Origin(
        ours=False, null_sender=null, reported=report is not None, from_reporter=by_server
    )


def _posted_by(headers: Headers, envelope: Envelope) -> str:
    """The envelope's sender, else the one that the last server wrote down."""
    return envelope.sender or headers.text("return-path")


def _class(headers: Headers, origin: classify.Origin) -> dict[str, object]:
    """The class as far as the mail itself shows it; whether it is ours, only our keys tell."""
    mail_class, because = classify.classify(headers, origin)
    return {"mail_class": mail_class, "class_because": because}
