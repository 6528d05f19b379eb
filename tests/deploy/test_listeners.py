"""Sockets held for others, and ports that are remembered."""

import socket
from pathlib import Path

import pytest

from deploy.local.listeners import Listeners, engine_port
from deploy.local.programs import CannotRunError


def test_a_connection_made_while_nobody_serves_is_kept() -> None:
    listeners = Listeners()
    listeners.open("door")
    with socket.create_connection(("127.0.0.1", listeners.port("door"))) as client:
        client.sendall(b"early")
        with socket.socket(fileno=socket.dup(listeners.fd("door"))) as later:
            served, _ = later.accept()
            with served:
                assert served.recv(5) == b"early"
    listeners.close()


def test_a_taken_port_is_refused_with_the_setting_that_helps() -> None:
    first, second = Listeners(), Listeners()
    first.open("door")
    with pytest.raises(CannotRunError, match="Set SANAD_HTTP_PORT to another port"):
        second.open("door", first.port("door"), "SANAD_HTTP_PORT")
    first.close()


def test_an_engine_keeps_its_port_while_it_is_free(tmp_path: Path) -> None:
    memory = tmp_path / "ports.json"
    port = engine_port(memory, "nats")
    assert engine_port(memory, "nats") == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        moved = engine_port(memory, "nats")
        assert moved != port
    assert engine_port(memory, "nats") == moved
