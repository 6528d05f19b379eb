"""Chromium without a window, spoken to over its own protocol (CDP); `make ci-tools` brings it."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
_DEADLINE = 30.0


@dataclass
class Page:
    """One tab."""

    socket: aiohttp.ClientWebSocketResponse
    complaints: list[str] = field(default_factory=list)
    """What the page's scripts and policies complained about."""
    _numbers: Any = field(default_factory=lambda: count(1))

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self.socket.send_json({"id": number, "method": method, "params": params})
        while True:
            told = await self.socket.receive_json(timeout=_DEADLINE)
            if told.get("id") == number:
                assert "error" not in told, told
                found: dict[str, Any] = told["result"]
                return found
            self._note(told)

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete'")

    async def run(self, script: str) -> Any:
        """The value of an expression; an exception in it fails the test."""
        told = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, condition: str) -> Any:
        """Wait until the expression is true; what the page shows instead fails the test."""
        until = asyncio.get_running_loop().time() + _DEADLINE
        while not (found := await self.run(condition)):
            if asyncio.get_running_loop().time() > until:
                shown = await self.run("document.body.innerText")
                raise AssertionError(f"not {condition}: {shown} {self.complaints}")
            await asyncio.sleep(0.05)
        return found

    async def choose(self, selector: str, *files: Path) -> None:
        """Put files into a file input, as a person does by its dialog."""
        root = (await self.call("DOM.getDocument"))["root"]["nodeId"]
        node = await self.call("DOM.querySelector", nodeId=root, selector=selector)
        names = [str(one) for one in files]
        await self.call("DOM.setFileInputFiles", nodeId=node["nodeId"], files=names)

    def _note(self, told: dict[str, Any]) -> None:
        if told.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(told["params"]["exceptionDetails"]))
        entry = told.get("params", {}).get("entry", {})
        if told.get("method") == "Log.entryAdded" and entry.get("level") == "error":
            self.complaints.append(f"{entry.get('text')} {entry.get('url', '')}")


@contextlib.asynccontextmanager
async def page() -> AsyncIterator[Page]:
    """A fresh tab in a browser of its own."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            *(CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-dev-shm-usage", "--remote-debugging-port=0", f"--user-data-dir={folder}"),
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = await _port(Path(folder) / "DevToolsActivePort")
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{port}/json/list") as answer,
            ):
                tabs = await answer.json(content_type=None)
                address = next(one for one in tabs if one["type"] == "page")["webSocketDebuggerUrl"]
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    tab = Page(socket)
                    for domain in ("Page", "Runtime", "Log", "DOM"):
                        await tab.call(f"{domain}.enable")
                    yield tab
        finally:
            process.terminate()
            await process.wait()


async def _port(told: Path) -> int:
    async with asyncio.timeout(_DEADLINE):
        while not (told.exists() and told.read_text().strip()):
            await asyncio.sleep(0.05)
    return int(told.read_text().split()[0])
