"""What `sanad policy` does, once it is known where and as whom."""

import os
import sys
from pathlib import Path

import typer

from deploy.local import findings, options
from deploy.local.layout import Home
from deploy.local.policy import applying, exporting, planning, wanted, words, yamlfile
from deploy.local.policy.house import House
from deploy.local.policy.planning import Plan
from deploy.local.programs import CannotRunError
from deploy.local.status import endpoints

CHANGES = 2
"""What `plan` exits with when something would change; 0 when nothing would, 1 on an error."""


class Seat:
    """Where the commands work, and in which language."""

    def __init__(self, url: str, email: str, password: str, lang: str | None) -> None:
        locale = os.environ.get("LC_ALL") or os.environ.get("LANG", "")
        self.language = findings.language(lang, locale)
        chosen = options.read()
        home = Home(chosen.home)
        known = None if url else endpoints(home)
        if not url and known is None:
            raise CannotRunError(words.say("stopped", self.language))
        secret = password or (chosen.admin_password or home.secret("admin") if not email else "")
        login = (email or chosen.admin_email, secret)
        self.house = House(url or str((known or {})["http"]), login, self.language)

    def plan(self, source: yamlfile.Source) -> Plan:
        """Made and shown."""
        entries = wanted.wanted(source)
        made = planning.plan(source, entries, self.house)
        names = {made.ids.get(one, one): key for one, key in _stand_ins(source).items()}
        print("\n".join(words.plan_lines(made, self.language, names)))
        return made


def _stand_ins(source: yamlfile.Source) -> dict[str, str]:
    return {
        wanted.stand_in(f"{kind}/{key}"): key
        for kind in ("calendars", "policies")
        for key in source.data.get(kind) or {}
    }


def export(seat: Seat, file: Path | None, *, contracts: bool) -> None:
    """Write what runs into a file, or print it."""
    text = exporting.export(seat.house, contracts=contracts)
    if file is None:
        print(text, end="")
    else:
        applying.save(file, text)


def plan(seat: Seat, source: yamlfile.Source) -> int:
    """Show what the file would change; answers what to exit with."""
    return CHANGES if seat.plan(source).changes else 0


def apply(seat: Seat, source: yamlfile.Source, *, yes: bool, open_tickets: bool) -> int:
    """Plan, ask, carry out, and write new ids and versions into the file."""
    made = seat.plan(source)
    if made.stale:
        raise CannotRunError(words.say("refused", seat.language))
    if not made.changes:
        return 0
    if not yes and not (sys.stdin.isatty() and typer.confirm(words.say("ask", seat.language))):
        return 1
    done: list[applying.Done] = []

    def tell(one: applying.Done) -> None:
        done.append(one)
        print(words.done_line(one, seat.language))

    try:
        applying.apply(made, seat.house, open_tickets=open_tickets, tell=tell)
    finally:
        if done:
            applying.save(Path(source.name), applying.stamp(source, done))
    return 0


def read(file: Path) -> yamlfile.Source:
    """The file, or what is wrong with it, before anybody signs in."""
    try:
        if file.stat().st_size > yamlfile.LARGEST:
            raise CannotRunError(f"{file}: larger than {yamlfile.LARGEST} bytes")
        return yamlfile.read(str(file), file.read_bytes())
    except OSError as error:
        raise CannotRunError(f"{file}: {error.strerror}") from None
