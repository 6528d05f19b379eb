"""The two doors of a running desk as its users find them: REST and SMTP."""

import hashlib
import smtplib
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx

from deploy.local.programs import CannotRunError

_PATIENCE = 60.0


class Desk:
    """Where it answers; one connection pool for everybody who signs in."""

    def __init__(self, endpoints: dict[str, Any]) -> None:
        # Our own listener on loopback: its certificate names the public address.
        self._http = httpx.Client(base_url=endpoints["http"], timeout=30, verify=False)  # noqa: S501
        self._smtp = str(endpoints["smtp"])

    def seat(self, email: str, password: str) -> "Seat":
        form = {"grant_type": "password", "username": email, "password": password}
        return Seat(self._http, form)

    def client(self, client_id: str, secret: str) -> "Seat":
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        return Seat(self._http, form)

    def submit_form(self, body: dict[str, Any]) -> None:
        """The web form without a login, with the work that it asks for."""
        challenge = self._http.get("/v1/public/challenge").json()
        proof = {"salt": challenge["salt"], "nonce": _work(**_asked(challenge))}
        _body(self._http.post("/v1/public/tickets", json={**body, "proof": proof}))

    def deliver(self, raw: bytes, sender: str, recipient: str) -> None:
        host, _, port = self._smtp.rpartition(":")
        with smtplib.SMTP(host, int(port), timeout=30) as door:
            door.sendmail(sender, [recipient], raw)


class Seat:
    """Somebody signed in."""

    def __init__(self, http: httpx.Client, form: dict[str, str]) -> None:
        self._http = http
        self._form = form
        self._token = ""

    def get(self, path: str, **query: Any) -> Any:
        return _body(self._ask("GET", path, params=query))

    def every(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All items of a list, page after page."""
        page = self.get(path, limit=200, **query)
        yield from page["items"]
        while page["next_cursor"]:
            page = self.get(path, limit=200, cursor=page["next_cursor"], **query)
            yield from page["items"]

    def post(self, path: str, body: dict[str, Any], key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return _body(self._ask("POST", path, json=body, headers=headers))

    def send(self, path: str, raw: bytes, headers: dict[str, str] | None = None) -> Any:
        """A mail as it is."""
        told = {"Content-Type": "message/rfc822", **(headers or {})}
        return _body(self._ask("POST", path, content=raw, headers=told))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return _body(self._ask("PUT", path, json=body))

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return _body(self._ask("PATCH", path, json=body))

    def _ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Signs in when needed, and waits as long as a busy desk asks for."""
        given = kwargs.pop("headers", {})
        deadline = time.monotonic() + _PATIENCE
        while True:
            self._token = self._token or self._sign_in()
            headers = {**given, "Authorization": f"Bearer {self._token}"}
            answer = self._http.request(method, path, headers=headers, **kwargs)
            if answer.status_code not in {401, 429, 503} or time.monotonic() > deadline:
                return answer
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._token = ""
            time.sleep(min(5.0, float(answer.headers.get("Retry-After", "0.5"))))

    def _sign_in(self) -> str:
        token: str = _body(self._http.post("/v1/auth/token", data=self._form))["access_token"]
        return token


def _body(answer: httpx.Response) -> Any:
    if answer.is_error:
        where = f"{answer.request.method} {answer.request.url.path}"
        raise CannotRunError(f"{where}: {answer.status_code} {_told(answer)}")
    return answer.json() if answer.content else None


def _told(answer: httpx.Response) -> str:
    """What a problem says in words; anything else as it came."""
    try:
        problem = answer.json()
    except ValueError:
        return answer.text
    words = problem.get("detail") or problem.get("title") if isinstance(problem, dict) else None
    return str(words or answer.text)


def _asked(challenge: dict[str, Any]) -> dict[str, Any]:
    return {"salt": challenge["salt"], "bits": challenge["difficulty"]}


def _work(salt: str, bits: int) -> str:
    """The first number whose hash begins with so many zero bits."""
    for number in count():
        digest = hashlib.sha256(f"{salt}{number}".encode()).digest()
        if int.from_bytes(digest, "big") >> (256 - bits) == 0:
            return str(number)
    raise AssertionError("unreachable")
