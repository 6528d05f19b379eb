"""The running desk as the policy commands see it: REST alone, as somebody who signed in."""

import time
from collections.abc import Iterator
from typing import Any

import httpx

from deploy.local.programs import CannotRunError

_PATIENCE = 60.0
Row = dict[str, Any]


class Missing(CannotRunError):
    """The desk has no such door or no such thing."""


class House:
    """Signed in for a few calls; refusals are told in the desk's own words."""

    def __init__(self, url: str, login: tuple[str, str], language: str) -> None:
        # Our own listener on loopback: its certificate names the public address.
        local = url.startswith(("https://127.0.0.1", "https://localhost", "https://[::1]"))
        self._http = httpx.Client(
            base_url=url,
            timeout=60,
            verify=not local,
            headers={"Accept-Language": language},
        )
        form = {"grant_type": "password", "username": login[0], "password": login[1]}
        token = self._send("POST", "/v1/auth/token", data=form)
        self._http.headers["Authorization"] = f"Bearer {token['access_token']}"

    def every(self, path: str) -> Iterator[Row]:
        """All items of a list, page after page."""
        cursor: str | None = None
        while True:
            query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
            page = self._send("GET", path, params=query)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def get(self, path: str) -> Row:
        return self._send("GET", path)

    def post(self, path: str, body: Row, version: int | None = None, **query: str) -> Row:
        return self._send("POST", path, json=body, headers=_match(version), params=query)

    def patch(self, path: str, body: Row, version: int) -> Row:
        return self._send("PATCH", path, json=body, headers=_match(version))

    def _send(self, method: str, path: str, **kwargs: Any) -> Row:
        """Waits as long as a busy desk asks for."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                answer = self._http.request(method, path, **kwargs)
            except httpx.HTTPError as error:
                raise CannotRunError(f"{self._http.base_url} does not answer: {error}") from error
            if answer.status_code not in {429, 503} or time.monotonic() > deadline:
                break
            time.sleep(min(5.0, float(answer.headers.get("Retry-After", "1"))))
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise Missing(_words(answer))
        if answer.is_error:
            raise CannotRunError(_words(answer))
        found: Row = answer.json() if answer.content else {}
        return found


def _match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


def _words(answer: httpx.Response) -> str:
    where = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
    try:
        problem = answer.json()
    except ValueError:
        return where
    fields = "".join(
        f"\n  {one.get('pointer')}: {one.get('message')}" for one in problem.get("errors") or []
    )
    return f"{where} {problem.get('title')}. {problem.get('detail')}{fields}"
