"""From a running home to a seeded one, and the words about it."""

import sys

from deploy.local.demo import company as people
from deploy.local.demo.content import Content, load
from deploy.local.demo.doors import Desk
from deploy.local.demo.tickets import Stage
from deploy.local.demo.words import farewell, progress_line, refusal
from deploy.local.layout import Home
from deploy.local.options import Options
from deploy.local.programs import CannotRunError
from deploy.local.status import endpoints


def seed(options: Options, language: str) -> None:
    """Make what is missing, say what is there; a second run makes nothing."""
    home = Home(options.home)
    known = endpoints(home)
    if known is None:
        raise CannotRunError(refusal("stopped", language))
    if options.profile == "production":
        raise CannotRunError(refusal("production", language))
    desk = Desk(known)
    content = load()
    admin = desk.seat(options.admin_email, options.admin_password or home.secret("admin"))
    allowed = options.services.get("SANAD_WEBHOOK_ALLOW", "")
    company = people.found(home, desk, admin, content, allowed)
    _say(progress_line(0, len(content.scripts), "", language))
    stage = Stage(desk, company, content)
    stage.play(lambda done, of, what: _say(progress_line(done, of, what, language)))
    if sys.stdout.isatty():
        print()
    print(_closing(str(known["http"]), home, content, company.made, stage, language))


def _closing(url: str, home: Home, content: Content, made: int, stage: Stage, language: str) -> str:
    facts = {
        "url": url,
        "made": made,
        "played": stage.played,
        "total": len(content.scripts),
        "statuses": stage.figures("status"),
        "channels": stage.figures("channel"),
        "priorities": stage.figures("priority"),
        "password": people.demo_password(home),
        "keys": home.keys,
        "out": home.root / "mail" / "out" / "new",
        "hot": stage.number("النظام متوقف في فرع جدة"),
        "watched": stage.number("توقف خط الصباغة الثاني"),
    }
    return farewell(facts, content, language)


def _say(line: str) -> None:
    """One line that rewrites itself on a terminal; in a log every one stays."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{line}", end="", flush=True)
    else:
        print(line, flush=True)
