"""Words of inbound mail that are stored, sent and answered as spelled here."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a mail stands; every mail ends in a final one (mail.md 6.8, decisions.md 33)."""

    ACCEPTED = "accepted"
    PARSED = "parsed"
    ROUTED = "routed"
    APPLIED = "applied"
    HELD = "held"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    LOOP = "loop"
    UNFETCHABLE = "unfetchable"


REDECIDABLE: Final = frozenset(State) - {State.ROUTED, State.APPLIED, State.REJECTED}
"""States that a replay may decide again; what is on a ticket stays there, and a person's no."""

RELEASABLE: Final = frozenset({State.HELD, State.QUARANTINED, State.DUPLICATE, State.REJECTED})
"""States that a person may overrule."""


class Decision(StrEnum):
    """What becomes of a mail."""

    NEW = "new"
    REPLY = "reply"
    NOTE = "note"
    HELD = "held"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    LOOP = "loop"


class Match(StrEnum):
    """How a mail names its ticket, strongest first (mail.md 9)."""

    TOKEN = "token"  # noqa: S105 - a word, not a secret
    SIGNED_ID = "signed_id"
    STORED_ID = "stored_id"
    SUBJECT_TAG = "subject_tag"
    NONE = "none"


class Sender(StrEnum):
    """Who the sender is to the matched ticket."""

    MEMBER = "member"
    COLLEAGUE = "colleague"
    STRANGER = "stranger"


class Flag(StrEnum):
    """Why a reading is not the whole mail, or not certain; shown as `reasons`."""

    HEADERS_CUT = "headers_cut"
    PARTS_CUT = "parts_cut"
    DEPTH_CUT = "depth_cut"
    TEXT_CUT = "text_cut"
    HTML_CUT = "html_cut"
    FILES_CUT = "files_cut"
    ADDRESSES_CUT = "addresses_cut"
    WORDS_CUT = "encoded_words_cut"
    CHARSET_GUESSED = "charset_guessed"
    BAD_ENCODING = "bad_transfer_encoding"
    MANY_FROM = "from_not_single"
    REFERENCES_CUT = "references_cut"
    SUBJECT_CUT = "subject_cut"
    PACKED_UNREAD = "winmail_not_opened"
    OPAQUE = "smime_or_pgp_not_opened"
    UNREADABLE = "unreadable"
    MESSAGE_CUT = "message_cut"
    """The mail was larger than we take, and its server could not be told so."""
