"""The `sanad` command."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from deploy.local import backup, dkim, doctor, findings, lock, options, people, restore, status, up
from deploy.local.layout import Home, new_password
from deploy.local.policy.cli import policy
from deploy.local.programs import CannotRunError
from deploy.local.searching import search

app = typer.Typer(
    name="sanad",
    help="Run and tend a Sanad installation.",
    no_args_is_help=True,
    add_completion=False,
)
admin = typer.Typer(help="Act as the first administrator.", no_args_is_help=True)
mail = typer.Typer(help="Try how mail fares.", no_args_is_help=True)
app.add_typer(admin, name="admin")
app.add_typer(mail, name="mail")
app.add_typer(policy, name="policy")
mail = typer.Typer(help="Outgoing and incoming mail.", no_args_is_help=True)
app.add_typer(mail, name="mail")
dkim.join(mail)
app.add_typer(search, name="search")

_STOP_WITHIN = 30
_WITHOUT_KEYS = {
    "en": "The keys are NOT in it. Keep a copy of them elsewhere (--keys), or it never opens.",
    "ar": "المفاتيح ليست في النسخة. احفظها في مكان آخر (--keys) وإلا فلن تُفتح أبدًا.",
}
_WITH_KEYS = {
    "en": "Whoever has both the backup and the keys reads everything: keep them apart.",
    "ar": "من ملك النسخة والمفاتيح قرأ كل شيء: احفظهما متفرقين.",
}
_RESTORED = {
    "en": "Restored. `sanad up` starts it on hold, `sanad release` lets mail go.",
    "ar": "اكتملت الاستعادة. الأمر `sanad up` يشغّله موقوف الإرسال، و`sanad release` يطلقه.",
}
_RELEASED = {
    "en": "Released. Start anew (`sanad down`, `sanad up`): mails and webhooks go again.",
    "ar": "انتهى الإيقاف. أعد التشغيل (`sanad down` ثم `sanad up`) لتُرسل الرسائل من جديد.",
}
_NOT_HELD = {"en": "Not on hold.", "ar": "الإرسال غير موقوف."}


@app.command("up")
def start() -> None:
    """Start everything, print `ready`, and stay until Ctrl-C."""
    raise typer.Exit(up.run(options.read()))


@app.command()
def down() -> None:
    """Stop the runner at work on this home, and wait until it is gone."""
    home = Home(options.read().home)
    pid = lock.holder(home.run / "lock")
    if pid is None:
        print(f"Nothing runs on {home.root}.")
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_WITHIN
    while lock.holder(home.run / "lock") == pid:
        if time.monotonic() > deadline:
            raise CannotRunError(f"Process {pid} did not stop within {_STOP_WITHIN} s.")
        time.sleep(0.1)
    print("Stopped.")


@app.command("status")
def show_status() -> None:
    """How each part is; 0 all well, 1 something is not, 3 nothing runs."""
    raise typer.Exit(status.report(options.read().home))


@app.command("doctor")
def examine(lang: Annotated[str | None, typer.Option(help="ar or en")] = None) -> None:
    """Check interpreter, engines, home, ports, disk and settings; say how to mend them."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    raise typer.Exit(doctor.report(options.read(), findings.language(lang, locale)))


@app.command()
def demo(lang: Annotated[str | None, typer.Option(help="ar or en")] = None) -> None:
    """Fill the running installation with a lively bilingual example; a second run adds nothing."""
    from deploy.local.demo import seed  # noqa: PLC0415 - an HTTP client that no other command needs

    locale = os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    seed(options.read(), findings.language(lang, locale))


@app.command("backup")
def take_backup(
    target: Path,
    keys: Annotated[
        Path | None, typer.Option(help="copy the keys to this folder; never beside the data")
    ] = None,
) -> None:
    """Copy the running database (one snapshot) and the sealed files into an empty folder.

    Keys are not in it: without `--keys`, or a copy of `keys/` of your own, nothing in it opens.
    With SANAD_DATABASE_URL the user must be a superuser or have BYPASSRLS, and version 18 or less.
    Mails written to `mail/out` are output and not copied.
    """
    taken = backup.take(options.read(), target, keys)
    print(f"{target}: database {taken.bytes} bytes, {taken.files} files, as of {taken.at}")
    _tell(_WITHOUT_KEYS if keys is None else _WITH_KEYS)


@app.command("restore")
def restore_backup(
    source: Path, keys: Annotated[Path, typer.Option(help="the folder with the keys")]
) -> None:
    """Bring a backup back into an empty SANAD_HOME. The desk then starts on hold.

    On hold everything is taken in and nothing is sent: no mail, no webhook, no event feed.
    `sanad release` ends it. All sessions are over: people sign in again.
    """
    taken = restore.restore(options.read(), source, keys)
    print(taken)
    _tell(_RESTORED)


@app.command()
def release() -> None:
    """End the hold after a restore; what waited to be sent in the backup is dropped.

    Takes effect at the next start: `sanad down`, then `sanad up`.
    """
    _tell(_RELEASED if restore.release(options.read()) else _NOT_HELD)


def _tell(texts: dict[str, str]) -> None:
    """Both languages: such lines are rare, and whoever runs the house must understand them."""
    print("\n".join(texts.values()))


@admin.command("create-user")
def create_user(
    email: str,
    name: Annotated[str, typer.Option()],
    role: Annotated[list[str], typer.Option(help="may be given several times")],
    locale: Annotated[str, typer.Option(help="ar or en")] = "ar",
    organization: Annotated[str | None, typer.Option(help="id")] = None,
    password: Annotated[str | None, typer.Option(help="made up and printed when omitted")] = None,
) -> None:
    """Make a user in the running installation."""
    chosen = options.read()
    home = Home(chosen.home)
    secret = password or new_password()
    body = {"email": email, "name": name, "locale": locale, "roles": role, "password": secret}
    if organization:
        body["organization_id"] = organization
    login = (chosen.admin_email, chosen.admin_password or home.secret("admin"))
    made = people.create_user(home, login, body)
    print(f"{made['id']} {email}" + ("" if password else f" password {secret}"))


@mail.command("test")
def try_mail(
    sender: Annotated[str, typer.Option(help="whom the acknowledgements go to")] = "",
    within: Annotated[float, typer.Option(help="seconds that each step may take")] = 60.0,
    lang: Annotated[str | None, typer.Option(help="ar or en")] = None,
) -> None:
    """Send one mail through every door and follow it to the ticket and the acknowledgement.

    0 when all doors work. The tickets that come of it are closed again.
    """
    from deploy.local.mail import attempt  # noqa: PLC0415 - an HTTP client, as for the demonstration

    locale = os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    raise typer.Exit(attempt(options.read(), findings.language(lang, locale), sender, within))


def main() -> None:
    try:
        app(prog_name="sanad")
    except CannotRunError as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
