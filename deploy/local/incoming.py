"""`sanad doctor` reads what the SMTP door is told as the door will, before it fails at a start."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from deploy.local.findings import Finding, warning
from deploy.local.layout import Home
from deploy.local.options import Options

_CERTIFICATE: Final = "SANAD_INTAKE_SMTP_TLS_CERTIFICATE"
_KEY: Final = "SANAD_INTAKE_SMTP_TLS_KEY"
_FILES: Final = (_CERTIFICATE, _KEY, "SANAD_INTAKE_SMTP_USERS")
_NETWORKS: Final = ("SANAD_INTAKE_RELAYS", "SANAD_INTAKE_SMTP_ALLOW")
_PLAIN: Final = "SANAD_INTAKE_SMTP_PLAIN"


def look(options: Options, _: Home) -> Iterator[Finding]:
    told = {name: text for name, text in options.services.items() if text}
    yield from _files(told)
    yield from _networks(told)
    yield from _plain(told)


def _files(told: Mapping[str, str]) -> Iterator[Finding]:
    unread = {name for name in _FILES if name in told and not _readable(told[name])}
    for name in sorted(unread):
        yield warning(
            f"{name} names {told[name]}, which cannot be read: the SMTP door stays closed.",
            f"يشير {name} إلى \u2068{told[name]}\u2069 وتتعذّر قراءته، فيبقى باب SMTP مغلقًا.",
        )
    if _CERTIFICATE in told and not unread & {_CERTIFICATE, _KEY} and not _fits(told):
        yield warning(
            f"{_CERTIFICATE} and {_KEY} are no PEM certificate and its key: "
            "the SMTP door stays closed.",
            f"القيمتان {_CERTIFICATE} و{_KEY} ليستا شهادة PEM ومفتاحها، فيبقى باب SMTP مغلقًا.",
        )


def _readable(name: str) -> bool:
    try:
        Path(name).read_text("utf-8")
    except (OSError, ValueError):
        return False
    return True


def _fits(told: Mapping[str, str]) -> bool:
    import ssl  # noqa: PLC0415 - the supervisor stays small

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(told[_CERTIFICATE], told.get(_KEY), password="")
    except (OSError, ValueError):
        return False
    return True


def _networks(told: Mapping[str, str]) -> Iterator[Finding]:
    from services.intake.domain.admission import read_networks  # noqa: PLC0415 - likewise

    for name in _NETWORKS:
        try:
            read_networks(told.get(name, ""))
        except ValueError:
            yield warning(
                f"{name} holds something that is no network. Use 10.0.0.0/8, 192.0.2.7.",
                f"في {name} قيمة ليست شبكة. استخدم مثلًا \u206810.0.0.0/8, 192.0.2.7\u2069.",
            )


def _plain(told: Mapping[str, str]) -> Iterator[Finding]:
    from services.intake.domain.admission import Plain  # noqa: PLC0415 - likewise

    if told.get(_PLAIN, Plain.LOOPBACK) not in {*Plain}:
        choice = ", ".join(Plain)
        yield warning(
            f"{_PLAIN} is none of {choice}.",
            f"قيمة {_PLAIN} ليست واحدة من: \u2068{choice}\u2069.",
        )
