"""The `sanad` command."""

import os
import signal
import sys
import time

import typer

from deploy.local import lock, options, up
from deploy.local.layout import Home
from deploy.local.programs import CannotRunError

app = typer.Typer(
    name="sanad",
    help="Run and tend a Sanad installation.",
    no_args_is_help=True,
    add_completion=False,
)
admin = typer.Typer(help="Act as the first administrator.", no_args_is_help=True)
app.add_typer(admin, name="admin")

_STOP_WITHIN = 30


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


def main() -> None:
    try:
        app()
    except CannotRunError as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
