"""The public door for commands that act as the first administrator: `sanad admin`, `search`."""

import json
import ssl
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from deploy.local.layout import Home
from deploy.local.programs import CannotRunError
from deploy.local.status import endpoints


class Door:
    """The public door, opened as the first administrator; long looks sign in again in time."""

    def __init__(self, home: Home, login: tuple[str, str]) -> None:
        known = endpoints(home)
        if known is None:
            raise CannotRunError("Sanad does not run on this home; start it with `sanad up`.")
        self._url = str(known["http"])
        self._login = login
        self._bearer, self._until = "", 0.0

    def get(self, path: str) -> dict[str, Any]:
        return self._ask(path, None)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._ask(path, json.dumps(body).encode())

    def _ask(self, path: str, data: bytes | None) -> dict[str, Any]:
        return _send(f"{self._url}{path}", data, "application/json", self._token())

    def _token(self) -> str:
        if time.monotonic() > self._until:
            email, password = self._login
            form = urlencode({"grant_type": "password", "username": email, "password": password})
            place = f"{self._url}/v1/auth/token"
            answer = _send(place, form.encode(), "application/x-www-form-urlencoded")
            self._bearer = str(answer["access_token"])
            self._until = time.monotonic() + float(answer["expires_in"]) / 2
        return self._bearer


def create_user(home: Home, login: tuple[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """The user as the gateway answers it; what it refuses is told in its own words."""
    return Door(home, login).post("/v1/users", body)


def _send(url: str, data: bytes | None, media_type: str, bearer: str = "") -> dict[str, Any]:
    request = Request(url, data, {"Content-Type": media_type})  # noqa: S310 - our own address
    if bearer:
        request.add_header("Authorization", f"Bearer {bearer}")
    try:
        # The request above, to our own address.
        with urlopen(request, timeout=15, context=_context(url)) as answer:  # noqa: S310
            document: dict[str, Any] = json.load(answer)
    except HTTPError as refusal:
        raise CannotRunError(_words(refusal)) from refusal
    except URLError as failure:
        raise CannotRunError(f"{url} does not answer: {failure.reason}") from failure
    return document


def _words(refusal: HTTPError) -> str:
    try:
        problem = json.load(refusal)
    except ValueError:
        return f"{refusal.url}: {refusal.code} {refusal.reason}"
    fields = "".join(
        f"\n  {e.get('pointer')}: {e.get('message')}" for e in problem.get("errors", [])
    )
    return f"{problem.get('title')}: {problem.get('detail')}{fields}"


def _context(url: str) -> ssl.SSLContext | None:
    """Only ever our own listener on loopback, whose certificate names the public address."""
    if not url.startswith("https:"):
        return None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
