"""The embedded NATS server: its configuration and what each service may say and hear."""

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.local.layout import KEEPER, SERVICES, Home, replace
from deploy.local.programs import Program, binary
from deploy.local.seeds import public_key
from shared.events.catalogue import BOOK

STREAM = "SANAD"
_ENCRYPTION = "SANAD_NATS_STORE_KEY"
_COURIER = 6
"""Nobody waits for the courier while he waits for an answer: facts are safe in PostgreSQL. Much
further back than this he brings a crowd's facts so late that nobody has heard of them after it."""
_API = "$JS.API"


def program(home: Home, port: int) -> Program:
    """Writes the configuration anew, so that a changed event book takes effect."""
    home.run.mkdir(mode=0o700, exist_ok=True)
    path = home.run / "nats.conf"
    replace(path, configuration(home.nats, port, public_keys(home.keys)))
    return Program(
        name="nats",
        argv=(binary("nats-server"), "-c", str(path)),
        cwd=home.nats,
        env={_ENCRYPTION: home.secret("nats/store"), "TZ": "UTC"},
        nice=_COURIER,
    )


def configuration(store: Path, port: int, users: Mapping[str, str]) -> str:
    """The server's configuration file; JSON is a subset of its language."""
    accounts = [
        {"nkey": key, "permissions": keeper() if name == KEEPER else permissions(name)}
        for name, key in users.items()
    ]
    settings = {
        "server_name": "sanad",
        "host": "127.0.0.1",
        "port": port,
        "max_payload": 1_048_576,
        "logtime": False,
        "jetstream": {
            "store_dir": str(store),
            "sync_interval": "always",
            "cipher": "chachapoly",
            "max_memory_store": 64 * 1_048_576,
        },
        "authorization": {"users": accounts},
    }
    text = json.dumps(settings, indent=1)
    # An environment variable is named bare; in quotes it would be the key itself.
    return text.replace('"cipher"', f'"key": ${_ENCRYPTION},\n  "cipher"')


def public_keys(keys: Path) -> dict[str, str]:
    """The public half of every seed."""
    names = (*SERVICES, KEEPER)
    return {name: public_key((keys / f"nats/{name}.seed").read_text().strip()) for name in names}


def published(service: str) -> list[str]:
    """The subjects of the facts that the event book lets the service state."""
    entries = (entry for entry in BOOK if service in entry.publisher)
    return sorted({entry.fact.nats_subject() for entry in entries})


def permissions(service: str) -> dict[str, dict[str, list[str]]]:
    """What a service may send: its own facts, and calls about its own consumers."""
    durable = f"{STREAM}.{service}"
    asked = (
        f"{_API}.INFO",
        f"{_API}.STREAM.INFO.{STREAM}",
        # The relay looks whether its last message still lies where the server said it does.
        f"{_API}.STREAM.MSG.GET.{STREAM}",
        f"{_API}.CONSUMER.CREATE.{durable}",
        f"{_API}.CONSUMER.CREATE.{durable}.>",
        f"{_API}.CONSUMER.DURABLE.CREATE.{durable}",
        f"{_API}.CONSUMER.INFO.{durable}",
        f"{_API}.CONSUMER.DELETE.{durable}",
        f"{_API}.CONSUMER.RESET.{durable}",
        f"{_API}.CONSUMER.MSG.NEXT.{durable}",
        f"$JS.ACK.{durable}.>",
    )
    return {
        "publish": {"allow": [*published(service), *asked]},
        "subscribe": {"allow": [f"_INBOX_{service}.>"]},
    }


def keeper() -> dict[str, dict[str, list[str]]]:
    """The identity that alone makes the stream."""
    return {
        "publish": {"allow": [f"{_API}.INFO", f"{_API}.STREAM.*.{STREAM}"]},
        "subscribe": {"allow": [f"_INBOX_{KEEPER}.>"]},
    }
