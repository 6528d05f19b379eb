"""`sanad policy export | plan | apply`: rules of the house as a file under version control."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.local.policy.commands import Seat

policy = typer.Typer(help="Keep calendars, policies and contracts as a file.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE.yaml")]
Url = Annotated[str, typer.Option(help="another desk; else the one that runs on SANAD_HOME")]
Email = Annotated[str, typer.Option(help="who signs in; else the first administrator")]
Password = Annotated[str, typer.Option(envvar="SANAD_POLICY_PASSWORD", help="for --email")]
Lang = Annotated[str | None, typer.Option(help="ar or en")]


def _seat(url: str, email: str, password: str, lang: str | None) -> "Seat":
    from deploy.local.policy.commands import Seat  # noqa: PLC0415 - heavy, for these commands only

    return Seat(url, email, password, lang)


@policy.command()
def export(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE.yaml]")] = None,
    *,
    contracts: Annotated[bool, typer.Option("--contracts", help="contracts too")] = False,
    url: Url = "",
    email: Email = "",
    password: Password = "",
    lang: Lang = None,
) -> None:
    """Write the calendars and policies that run into a file, or print them."""
    from deploy.local.policy import commands  # noqa: PLC0415 - heavy, for these commands only

    commands.export(_seat(url, email, password, lang), file, contracts=contracts)


@policy.command()
def plan(
    file: File, *, url: Url = "", email: Email = "", password: Password = "", lang: Lang = None
) -> None:
    """Show what the file would change, field by field, and how many open tickets would move.

    Exits with 0 when nothing would change, 2 when something would, 1 on an error.
    """
    from deploy.local.policy import commands  # noqa: PLC0415 - heavy, for these commands only

    source = commands.read(file)
    raise typer.Exit(commands.plan(_seat(url, email, password, lang), source))


@policy.command()
def apply(  # noqa: PLR0913 - each is an option of the command
    file: File,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    open_tickets: Annotated[
        bool, typer.Option("--open-tickets", help="move open tickets onto changed policies")
    ] = False,
    url: Url = "",
    email: Email = "",
    password: Password = "",
    lang: Lang = None,
) -> None:
    """Plan, ask, and carry it out; new ids and versions are written into the file.

    Refused when the desk has changed since the file was written, or while you were reading.
    """
    from deploy.local.policy import commands  # noqa: PLC0415 - heavy, for these commands only

    source = commands.read(file)
    seat = _seat(url, email, password, lang)
    raise typer.Exit(commands.apply(seat, source, yes=yes, open_tickets=open_tickets))
