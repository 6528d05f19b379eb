"""`sanad search`: how the search index is, and making it anew, through the public door."""

import os
import time
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from deploy.local import findings, options
from deploy.local.layout import Home
from deploy.local.people import Door

search = typer.Typer(help="Tend the search index.", no_args_is_help=True)
_PLACE: Final = "/v1/search-index"
_EVERY: Final = 1.0
_LEFT_ALONE: Final = {
    "en": "The new index goes on being made; `sanad search rebuild` shows it again.",
    "ar": "يستمر إنشاء الفهرس الجديد؛ والأمر `sanad search rebuild` يعرض تقدّمه من جديد.",
}
_READY: Final = {
    "en": "The new index answers now: {tickets} tickets in {time}.",
    "ar": "أصبح الفهرس الجديد هو المستخدم الآن: عدد التذاكر {tickets}، والمدة {time}.",
}
_MAKING: Final = {
    "en": "{done} of {total} ({share} %), {rate}/s, {ends}   ",
    "ar": "{done} من {total} ({share}\u00a0%)، {rate} في الثانية، {ends}   ",
}
_ENDS: Final = {"en": "{time} left", "ar": "الباقي {time}"}


@search.command("status")
def show_status() -> None:
    """Size, what waits to be found, and how far a new index has come."""
    for line in told(_door().get(_PLACE)):
        print(line)


@search.command("rebuild")
def rebuild(
    *,
    new_key: Annotated[bool, typer.Option(help="also change the key of the tokens")] = False,
    lang: Annotated[str | None, typer.Option(help="ar or en")] = None,
) -> None:
    """Make the index anew while the old one answers; Ctrl-C only ends the looking on."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    words = findings.language(lang, locale)
    door = _door()
    answer = door.post(f"{_PLACE}/rebuild", {"new_key": new_key})
    began, first = time.monotonic(), answer["building"]
    last = first
    try:
        while answer["building"] is not None:
            last = answer["building"]
            print(f"\r{progress(last, first, time.monotonic() - began, words)}", end="", flush=True)
            time.sleep(_EVERY)
            answer = door.get(_PLACE)
    except KeyboardInterrupt:
        print(f"\n{_LEFT_ALONE[words]}")
        return
    print(f"\n{ended(last, time.monotonic() - began, words)}")


def progress(now: dict[str, Any], first: dict[str, Any], seconds: float, lang: str = "en") -> str:
    """`41200 of 1000000 (4 %), 812/s, 19:41 left`; the rate is that of this look alone."""
    done, left = int(now["done"]), int(now["left"])
    rate = (done - int(first["done"])) / seconds if seconds > 0 else 0.0
    return _MAKING[lang].format(
        done=done,
        total=done + left,
        share=100 * done // max(done + left, 1),
        rate=f"{rate:.0f}",
        ends=_ENDS[lang].format(time=_clock(left / rate)) if rate > 0 else "…",
    )


def ended(last: dict[str, Any], seconds: float, lang: str) -> str:
    """What was done, by the last look before the new index took over."""
    tickets = int(last["done"]) + int(last["left"])
    return _READY[lang].format(tickets=tickets, time=_clock(seconds))


def told(answer: dict[str, Any]) -> Iterator[str]:
    """The index in lines."""
    waiting, making = answer["waiting"], answer["building"]
    yield (
        f"index {answer['generation']}, key version {answer['key_version']},"
        f" rules {answer['rules']} of {answer['current_rules']}"
    )
    yield f"{answer['bytes'] / 2**20:.1f} MiB on disk"
    yield (
        f"waiting: {waiting['messages']} messages, {waiting['tickets']} changed tickets,"
        f" {waiting['errands']} errands; the oldest text for {answer['lag_seconds']:.0f} s"
    )
    if making is not None:
        yield (
            f"in the making: index {making['generation']}, rules {making['rules']},"
            f" {making['done']} tickets done,"
        )
        yield f"  {making['left']} left"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _door() -> Door:
    chosen = options.read()
    home = Home(chosen.home)
    login = (chosen.admin_email, chosen.admin_password or home.secret("admin"))
    return Door(home, login)
