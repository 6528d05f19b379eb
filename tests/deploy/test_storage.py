"""Files in a bucket: looked at by the doctor, carried by backups, refused when misnamed."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local import options, storage
from deploy.local.findings import Finding, Verdict
from deploy.local.layout import Home
from deploy.local.programs import CannotRunError
from shared.kit.ids import uuid7
from shared.kit.objects import name_of
from tests.fakes.bucket import bucket
from tests.fakes.clamd import FakeClamd, clamd


def chosen(tmp_path: Path, **said: str) -> options.Options:
    return options.read({"SANAD_HOME": str(tmp_path / "home"), **said})


def look(name: str, tmp_path: Path, **said: str) -> list[Finding]:
    told = chosen(tmp_path, **said)
    return list(getattr(storage, name)(told, Home(told.home)))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with bucket() as url:
        yield url


def test_the_doctor_asks_the_bucket_and_keeps_its_secret(tmp_path: Path, address: str) -> None:
    (found,) = look("files", tmp_path, SANAD_FILES_URL=address)
    assert found.verdict is Verdict.GOOD, found.en
    missing = address.replace("sanad-files", "another-bucket").replace("secret", "geheim")
    (found,) = look("files", tmp_path, SANAD_FILES_URL=missing)
    assert found.verdict is Verdict.BAD
    for text in (found.en, found.ar):
        assert "SANAD_FILES_URL" in text
        assert "geheim" not in text


def test_a_folder_of_ones_own_is_looked_at_too(tmp_path: Path) -> None:
    assert look("files", tmp_path) == []
    (found,) = look("files", tmp_path, SANAD_FILES_URL=f"file://{tmp_path}/elsewhere")
    assert found.verdict is Verdict.GOOD


BAD_URLS = ["ftp://host/x", "s3://", "s3://u:geheim@bucket?region_=x", "files"]


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_that_makes_no_store_stops_the_start(tmp_path: Path, url: str) -> None:
    with pytest.raises(CannotRunError, match="SANAD_FILES_URL is not of the form") as failure:
        chosen(tmp_path, SANAD_FILES_URL=url)
    assert "geheim" not in str(failure.value)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.mark.parametrize("target", ["bucket", "folder"])
def test_a_backup_holds_the_files_of_a_bucket(tmp_path: Path, address: str, target: str) -> None:
    old = chosen(tmp_path, SANAD_FILES_URL=address.replace("desk", f"old-{target}"))
    contents = {name_of(uuid7()): os.urandom(100_000) for _ in range(3)}

    async def fill() -> None:
        for name, content in contents.items():
            await storage.store(old).put(name, pieces(content))

    asyncio.run(fill())
    assert storage.copy_out(old, tmp_path / "copy") == 3
    urls = {"bucket": address.replace("desk", "new"), "folder": ""}
    new = chosen(tmp_path, SANAD_FILES_URL=urls[target])
    storage.copy_in(new, tmp_path / "copy")

    async def check() -> None:
        for name, content in contents.items():
            assert b"".join([one async for one in storage.store(new).read(name)]) == content

    asyncio.run(check())


def test_the_doctor_asks_the_scanner(tmp_path: Path) -> None:
    assert look("scanner", tmp_path) == []
    (found,) = look("scanner", tmp_path, SANAD_PROFILE="production")
    assert found.verdict is Verdict.WARNING
    loop, ready, places = asyncio.new_event_loop(), threading.Event(), list[str]()

    async def serve() -> None:
        async with clamd(FakeClamd()) as place:
            places.append(place)
            ready.set()
            await asyncio.to_thread(done.wait, 30)

    done = threading.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    try:
        assert ready.wait(10)
        (found,) = look("scanner", tmp_path, SANAD_TICKETS_CLAMD=places[0])
        assert found.verdict is Verdict.GOOD
    finally:
        done.set()
        thread.join()
        loop.close()
    for away in (places[0], "nowhere", str(tmp_path / "no.socket")):
        (found,) = look("scanner", tmp_path, SANAD_TICKETS_CLAMD=away)
        assert found.verdict is Verdict.BAD
