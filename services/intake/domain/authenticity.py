"""How far the From address of a mail is proven (mail.md 8)."""

from dataclasses import dataclass
from typing import Final

from services.intake.domain.addresses import Address, addresses, single
from services.intake.domain.headers import Headers
from services.intake.domain.results import Result, results_of
from services.intake.domain.suffixes import aligned
from services.intake.domain.words import Flag
from shared.vocabulary import SenderAuth

_STRICT: Final = frozenset({"quarantine", "reject"})
_SETS: Final = 50
"""More ARC sets than RFC 8617 allows are no chain."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """What we found out ourselves, before or while the mail was read; nothing by default."""

    signers: tuple[str, ...] = ()
    """Domains whose DKIM signatures hold."""
    posted: str = ""
    """The envelope's domain, when SPF lets our SMTP peer speak for it."""
    judged: bool = False
    """Whether SPF had its say, so that a missing proof means something."""
    policy: str = ""
    """The DMARC policy that the From domain publishes."""
    sealed: str = ""
    """Who sealed the newest set of an ARC chain that holds."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word about senders counts."""

    server: str = ""
    """The authserv-id of the servers of ours; empty: no header is believed."""
    sealers: tuple[str, ...] = ()
    """Forwarders whose ARC seals may excuse a failure."""


NOBODY: Final = Trust()
NOTHING: Final = Proofs()


@dataclass(frozen=True, slots=True)
class Author:
    """Whom a mail is from; `auth` is none unless exactly one From address is there."""

    address: Address
    auth: SenderAuth
    because: str


def author_of(
    headers: Headers, envelope_from: str, trust: Trust = NOBODY, proofs: Proofs = NOTHING
) -> Author:
    """The single From address; several or none: Sender, else the envelope, never proven.

    Reply-To is where an answer is wanted, never who writes; a display name is only a name.
    """
    named = addresses(headers, "from")
    if len(named) == 1 and len(headers.all("from")) == 1:
        auth, because = _proven(headers, named[0].domain, trust, proofs)
        return Author(named[0], auth, because)
    headers.flags.add(Flag.MANY_FROM)
    senders = addresses(headers, "sender")
    found = senders[0] if senders else Address(single(envelope_from))
    return Author(found, SenderAuth.NONE, "from_not_single")


def _proven(headers: Headers, domain: str, trust: Trust, proofs: Proofs) -> tuple[SenderAuth, str]:
    """Either a server of ours has looked, or we have: never both."""
    if trust.server:
        results = _told(headers, trust.server)
        verdict, sealed = _by_results(results, domain), _sealed_for(headers, results)
    else:
        verdict, sealed = _by_ourselves(domain, proofs), proofs.sealed
    if verdict[0] is SenderAuth.FAIL and _excused(headers, domain, trust, sealed):
        return SenderAuth.WEAK, "arc_lifted"
    return verdict


def _told(headers: Headers, server: str) -> list[list[Result]]:
    """What each field of that server says; there may be one for each filter of the server."""
    fields = (
        results_of(headers.plain(one), server) for one in headers.all("authentication-results")
    )
    return [results for results in fields if results]


def _by_results(fields: list[list[Result]], domain: str) -> tuple[SenderAuth, str]:
    """The worst word counts: a result that contradicts another proves nothing."""
    if any(one.method == "dmarc" and one.verdict == "fail" for told in fields for one in told):
        return SenderAuth.FAIL, "dmarc_failed"
    if _agreed(fields, "dmarc", domain):
        return SenderAuth.PASS, "dmarc_passed"
    if _agreed(fields, "dkim", domain):
        return SenderAuth.PASS, "dkim_aligned"
    if _agreed(fields, "spf", domain):
        return SenderAuth.WEAK, "spf_aligned"
    return SenderAuth.NONE, "nothing_proven"


_PLACES: Final = {
    "dmarc": ("header.from",),
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom",),
}


def _agreed(fields: list[list[Result]], method: str, domain: str) -> bool:
    """Whether every field that speaks of a method has it passed for the From domain."""
    speaking = [told for told in fields if any(one.method == method for one in told)]
    return bool(speaking) and all(
        any(_passes(one, method, domain) for one in told) for told in speaking
    )


def _passes(result: Result, method: str, domain: str) -> bool:
    if (result.method, result.verdict) != (method, "pass"):
        return False
    about = result.domain(*_PLACES[method])
    if method == "dmarc":
        return about in {"", domain}
    return aligned(about, domain)


def _by_ourselves(domain: str, proofs: Proofs) -> tuple[SenderAuth, str]:
    if any(aligned(signer, domain) for signer in proofs.signers):
        return SenderAuth.PASS, "dkim_aligned"
    if aligned(proofs.posted, domain):
        return SenderAuth.WEAK, "spf_aligned"
    if proofs.judged and proofs.policy in _STRICT:
        return SenderAuth.FAIL, "dmarc_failed"
    return SenderAuth.NONE, "nothing_proven"


def _sealed_for(headers: Headers, fields: list[list[Result]]) -> str:
    """The newest sealer of a chain that the server of ours has found whole."""
    arc = [one.verdict for told in fields for one in told if one.method == "arc"]
    if not arc or any(verdict != "pass" for verdict in arc):
        return ""
    newest = _newest(headers, "arc-seal")
    return "" if newest is None else newest.get("d", "")


def _excused(headers: Headers, domain: str, trust: Trust, sealed: str) -> bool:
    """A listed forwarder has broken the proof, and swears that it had seen it whole."""
    if not sealed or not any(sealed == listed.lower() for listed in trust.sealers):
        return False
    sets = [headers.plain(one) for one in headers.all("arc-authentication-results")]
    newest = max(sets[:_SETS], key=_instance, default="")
    seen = newest.partition(";")[2]
    results = results_of(seen, seen.partition(";")[0].strip().split(" ")[0] or "-")
    return _by_results([results], domain)[0] in {SenderAuth.PASS, SenderAuth.WEAK}


def _newest(headers: Headers, name: str) -> dict[str, str] | None:
    sets = [headers.plain(one) for one in headers.all(name)]
    newest = max(sets[:_SETS], key=_instance, default=None)
    return None if newest is None else tags_of(newest)


def _instance(text: str) -> int:
    number = tags_of(text[:200]).get("i", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0


def tags_of(text: str) -> dict[str, str]:
    """`a=b; c=d` as DKIM and ARC write it; the first of equal tags counts."""
    pairs = (part.partition("=") for part in text.split(";")[:_SETS])
    found: dict[str, str] = {}
    for name, _, value in pairs:
        found.setdefault(name.strip().lower(), "".join(value.split()).lower())
    return found
