"""`sanad admin create-user`: through the public door, as the first administrator."""

import json
import ssl
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from deploy.local.layout import Home
from deploy.local.programs import CannotRunError
from deploy.local.status import endpoints


def create_user(home: Home, login: tuple[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """The user as the gateway answers it; what it refuses is told in its own words."""
    known = endpoints(home)
    if known is None:
        raise CannotRunError("Sanad does not run on this home; start it with `sanad up`.")
    url = str(known["http"])
    email, password = login
    form = urlencode({"grant_type": "password", "username": email, "password": password})
    token = _post(f"{url}/v1/auth/token", form.encode(), "application/x-www-form-urlencoded")
    bearer = str(token["access_token"])
    return _post(f"{url}/v1/users", json.dumps(body).encode(), "application/json", bearer)


def _post(url: str, data: bytes, media_type: str, bearer: str = "") -> dict[str, Any]:
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
