"""The edge: a valid configuration, the right service for each path, refusals people can read."""

import http.server
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from deploy.local import edge
from deploy.local.layout import SERVICES, Home
from deploy.local.listeners import Listeners
from deploy.local.programs import binary
from shared.kit.protocol import MOST_HEAD
from tests.engines import running


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with its own name and with what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        if len(str(self.headers)) > MOST_HEAD:  # as our own services do before they have read it
            self.send_response(431)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        said = {
            "service": self.server.name,  # type: ignore[attr-defined]  # set below
            "path": self.path,
            "size": len(body),
            "forwarded": self.headers.get("X-Forwarded-For"),
            "padding": "سند " * 1000,
        }
        text = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PATCH = answer  # noqa: N815 - the names that http.server calls

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def upstreams() -> Iterator[dict[str, str]]:
    servers = {}
    for name in SERVICES:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        server.name = name  # type: ignore[attr-defined]  # read by Upstream
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers[name] = server
    places = {name: f"127.0.0.1:{server.server_port}" for name, server in servers.items()}
    with socket.socket() as nobody:  # bound, never listening: connections are refused
        nobody.bind(("127.0.0.1", 0))
        places["notify"] = f"127.0.0.1:{nobody.getsockname()[1]}"
        yield places
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("edge") / "home")
    made.prepare()
    return made


@pytest.fixture(scope="module")
def port(home: Home, upstreams: dict[str, str]) -> Iterator[int]:
    listeners = Listeners()
    listeners.open("edge")
    program = edge.program(home, listeners.fd("edge"), upstreams, "off")
    with running(program, home.log / "edge.log"):
        yield listeners.port("edge")
    listeners.close()


def ask(
    port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=15)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


@pytest.mark.parametrize("tls", ["off", "internal"])
def test_the_configuration_is_valid(tmp_path: Path, home: Home, tls: str) -> None:
    places = dict.fromkeys(SERVICES, "127.0.0.1:9")
    path = tmp_path / "edge.json"
    path.write_text(json.dumps(edge.configuration(home, "127.0.0.1:0", places, tls)))
    checked = subprocess.run(
        [binary("caddy"), "validate", "--config", str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": str(home.edge)},
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/v1/tickets", "tickets"),
        ("/v1/tickets/0190", "tickets"),
        ("/v1/tickets/0190/escalate", "tickets"),
        ("/v1/tickets/0190/sla", "sla"),
        ("/v1/tickets/0190/sla/explain?metric=resolution", "sla"),
        ("/v1/tickets/0190/slaughter", "tickets"),
        ("/v1/tickets/0190/escalations", "escalation"),
        ("/v1/tickets/by-number/SND-1", "tickets"),
        ("/v1/uploads/7", "tickets"),
        ("/v1/attachments/7/content", "tickets"),
        ("/v1/files/token", "tickets"),
        ("/v1/public/challenge", "tickets"),
        ("/v1/feedback/token", "tickets"),
        ("/v1/sla/simulate", "sla"),
        ("/v1/contracts", "sla"),
        ("/v1/escalations/7/acknowledge", "escalation"),
        ("/v1/oncall/rotas", "escalation"),
        ("/v1/absences", "escalation"),
        ("/v1/intake/mails", "intake"),
        ("/v1/auth/token", "gateway"),
        ("/v1/me", "gateway"),
        ("/v1/users/7", "gateway"),
        ("/v1/departments/7/positions", "gateway"),
        ("/v1/positions", "gateway"),
        ("/v1/api-clients", "gateway"),
        ("/v1/status", "gateway"),
        ("/v1/openapi.json", "gateway"),
        ("/docs", "gateway"),
        ("/.well-known/jwks.json", "gateway"),
    ],
)
def test_each_path_reaches_its_service(port: int, path: str, service: str) -> None:
    answer, body = ask(port, path)
    assert answer.status == 200
    assert json.loads(body)["service"] == service
    assert json.loads(body)["path"] == path


@pytest.mark.parametrize(
    "path",
    [
        "/internal/token",
        "/livez",
        "/readyz",
        "/metrics",
        "/v1/usersandmore",
        "/v1/internal/token",
        "//internal/token",
        "/V1x",
        "/",
    ],
)
def test_what_is_not_in_the_table_is_not_there(port: int, path: str) -> None:
    answer, body = ask(port, path, Accept_Language="en")
    assert answer.status == 404
    assert answer.getheader("Content-Type") == "application/problem+json"
    assert json.loads(body)["code"] == "not_found"


@pytest.mark.parametrize(
    ("asked", "given"),
    [("ar", "ar"), ("ar-SA,en;q=0.5", "ar"), ("fr,ar;q=0.4", "ar"), ("en,ar", "en"), ("", "en")],
)
def test_a_service_that_is_away_is_told_in_the_readers_language(
    port: int, asked: str, given: str
) -> None:
    answer, body = ask(port, "/v1/webhooks", Accept_Language=asked)
    problem = json.loads(body)
    assert answer.status == problem["status"] == 503
    assert answer.getheader("Retry-After") == "2"
    assert answer.getheader("Content-Language") == given
    assert problem["code"] == "unavailable"
    assert ("غير" in problem["title"]) == (given == "ar")


def test_answers_carry_what_browsers_need_to_be_safe(port: int) -> None:
    for path in ("/v1/tickets", "/nothing"):
        answer, _ = ask(port, path)
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Referrer-Policy") == "no-referrer"
        assert answer.getheader("X-Frame-Options") == "DENY"
        assert "default-src 'none'" in str(answer.getheader("Content-Security-Policy"))
        assert answer.getheader("Server") != "Caddy"
        assert answer.getheader("Via") is None


def test_long_answers_are_packed_for_those_who_can_unpack(port: int) -> None:
    plain, long = ask(port, "/v1/tickets")
    packed, short = ask(port, "/v1/tickets", Accept_Encoding="gzip")
    assert plain.getheader("Content-Encoding") is None
    assert packed.getheader("Content-Encoding") == "gzip"
    assert len(short) < len(long) / 4


def test_a_head_names_the_length_of_what_a_get_would_bring(port: int) -> None:
    _, long = ask(port, "/v1/tickets")
    for kind in ("identity", "gzip"):
        head, nothing = ask(port, "/v1/tickets", "HEAD", Accept_Encoding=kind)
        assert (head.status, nothing) == (200, b"")
        assert abs(int(str(head.getheader("Content-Length"))) - len(long)) < 10, kind
        assert head.getheader("Content-Encoding") is None


def test_a_body_is_capped_and_an_upload_may_be_larger(port: int) -> None:
    three = b"x" * 3_000_000
    answer, body = ask(port, "/v1/tickets", "POST", three)
    assert answer.status == 413
    assert json.loads(body)["code"] == "payload_too_large"
    answer, body = ask(port, "/v1/uploads/7", "PATCH", three)
    assert answer.status == 200
    assert json.loads(body)["size"] == len(three)


@pytest.mark.parametrize(("language", "word"), [("ar", "عنوان"), ("en", "Address")])
def test_a_query_of_sixty_kilobytes_is_refused_in_words(
    port: int, language: str, word: str
) -> None:
    for letters in ("x" * 60_000, "%D8%B7" * 10_000):
        answer, body = ask(port, f"/v1/tickets?q={letters}", Accept_Language=language)
        problem = json.loads(body)
        assert (answer.status, problem["code"]) == (414, "address_too_long")
        assert answer.getheader("Content-Language") == language
        assert word in problem["title"]
        assert len(body) < 1000, "what was sent is not sent back"
    answer, _ = ask(port, "/v1/tickets?q=" + "%D8%B7" * 2_000)
    assert answer.status == 200


def test_headers_of_sixty_kilobytes_are_refused_in_words(port: int) -> None:
    answer, body = ask(port, "/v1/tickets", Accept_Language="ar", X_Much="x" * 60_000)
    problem = json.loads(body)
    assert (answer.status, problem["code"]) == (431, "head_too_large")
    assert "ترويسات" in problem["title"]


def test_a_forged_forwarding_header_is_replaced(port: int) -> None:
    _, body = ask(port, "/v1/tickets", X_Forwarded_For="203.0.113.7")
    assert json.loads(body)["forwarded"] == "127.0.0.1"


def test_a_head_that_never_ends_is_cut(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=15) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert b"408" in slow.recv(1000) or not slow.recv(1)


def test_an_upload_that_stalls_is_cut(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=25) as slow:
        head = b"PATCH /v1/uploads/7 HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
        slow.sendall(head + b"a first piece")
        while slow.recv(4096):  # an answer or none, but in any case the end
            pass
