"""DKIM for operators: what `sanad doctor` says of the key, and the record that DNS must show."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from deploy.local import options
from deploy.local.findings import Finding, bad, good
from deploy.local.layout import Home
from deploy.local.options import Options
from deploy.local.programs import CannotRunError

_FILE = "SANAD_NOTIFY_DKIM_KEY_FILE"
_SELECTOR = "SANAD_NOTIFY_DKIM_SELECTOR"
_DOMAIN = "SANAD_NOTIFY_DKIM_DOMAIN"
_STRING = 255
"""The most that one string of a TXT record holds; longer records are several in a row."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of notify, as the runner hands them on."""

    file: Path
    selector: str
    domain: str

    @property
    def place(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


def setup(chosen: Options) -> Setup | None:
    """None while mails go unsigned."""
    told = chosen.services
    if not told.get(_FILE):
        return None
    support = told.get("SANAD_SUPPORT_ADDRESS", "support@localhost")
    domain = told.get(_DOMAIN) or support.rpartition("@")[2]
    return Setup(Path(told[_FILE]), told.get(_SELECTOR) or "sanad", domain)


def look(chosen: Options, _: Home) -> Iterator[Finding]:
    """Whether mails can be signed; without a key there is nothing to say."""
    from services.notify.adapters.signatures import (  # noqa: PLC0415 - only where there is a key
        KeyUnfit,
        read_key,
    )

    found = setup(chosen)
    if found is None:
        return
    try:
        key = read_key(found.file)
    except KeyUnfit as reason:
        yield _unfit(found.file, reason.fault)
        return
    yield good(
        f"DKIM: {key.kind} key, DNS record at {found.place} (sanad mail dkim shows it)",
        f"DKIM: مفتاح {key.kind}، وسجل DNS في {found.place} (يعرضه الأمر sanad mail dkim)",
    )


def _unfit(file: Path, fault: str) -> Finding:
    if fault == "away":
        return bad(
            f"The DKIM key {file} cannot be read: no mail goes out. Mend {_FILE}.",
            f"لا يمكن قراءة مفتاح DKIM في {file}، ولن يخرج أي بريد. صحّح {_FILE}.",
        )
    if fault == "odd":
        return bad(
            f"{file} is no PEM private key without a password: no mail goes out. Mend {_FILE}.",
            f"الملف {file} ليس مفتاحًا خاصًا بصيغة PEM بلا كلمة مرور، ولن يخرج أي بريد. صحّح {_FILE}.",
        )
    return bad(
        f"The key in {file} must be Ed25519, or RSA of 1024 bits or more. Mend {_FILE}.",
        f"يجب أن يكون المفتاح في {file} من نوع Ed25519، أو RSA بطول 1024 بت أو أكثر. صحّح {_FILE}.",
    )


def show() -> None:
    """Print the DNS record under which receivers find the key that signs our mails."""
    from services.notify.adapters.signatures import (  # noqa: PLC0415 - only for this command
        KeyUnfit,
        read_key,
    )

    found = setup(options.read())
    if found is None:
        raise CannotRunError(f"{_FILE} is not set: mails go unsigned.")
    try:
        record = read_key(found.file).record()
    except KeyUnfit as reason:
        raise CannotRunError(f"{_FILE} names {found.file}, which {reason}.") from reason
    strings = [record[at : at + _STRING] for at in range(0, len(record), _STRING)]
    print(f"{found.place}. IN TXT " + " ".join(f'"{one}"' for one in strings))


def join(mail: typer.Typer) -> None:
    """`sanad mail dkim`."""
    mail.command("dkim")(show)
