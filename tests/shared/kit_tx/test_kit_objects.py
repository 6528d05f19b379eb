"""Stores of contents: the folder and the bucket keep the same promises."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.kit.folder import Folder
from shared.kit.ids import uuid7
from shared.kit.objects import Objects, StoreAway, id_of, made_at, name_of
from shared.kit.settings import Settings
from shared.kit.stores import objects_of
from tests.fakes.bucket import bucket

LARGE = 11 * 1024 * 1024
"""More than two parts of a multipart upload."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with bucket() as url:
        yield url


@pytest.fixture(params=["folder", "file url", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    url = ""
    if request.param == "file url":
        url = f"file://{tmp_path}/with%20space"
    elif request.param == "bucket":
        url = request.getfixturevalue("address")
    return objects_of(Settings(home=tmp_path, files_url=url))


async def pieces(content: bytes, size: int = 300_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def whole(store: Objects, name: str, *span: int) -> bytes:
    return b"".join([piece async for piece in store.read(name, *span)])


@pytest.mark.parametrize("size", [0, 1, 300_000, LARGE])
async def test_what_was_put_is_read_again_whole_and_in_spans(store: Objects, size: int) -> None:
    content = os.urandom(size)
    name = name_of(uuid7())
    await store.put(name, pieces(content))
    assert await whole(store, name) == content
    for start, stop in ((0, size), (size // 3, size // 2), (size, size)):
        assert await whole(store, name, start, stop) == content[start:stop]


async def test_names_are_listed_by_day_and_dropped_twice_in_peace(store: Objects) -> None:
    ids = [uuid7() for _ in range(3)]
    for one in ids:
        await store.put(name_of(one), pieces(b"x"))
    day = name_of(ids[0]).partition("/")[0]
    assert day in await store.days()
    listed = {id_of(name) async for name in store.names(day)}
    assert listed >= set(ids)
    for _ in range(2):
        await store.drop(name_of(ids[0]))
    assert ids[0] not in {id_of(name) async for name in store.names(day)}


async def test_what_is_not_there_is_said_so(store: Objects) -> None:
    for span in ((), (0, 10)):
        with pytest.raises(FileNotFoundError):
            await whole(store, name_of(uuid7()), *span)
    assert [name async for name in store.names("1999-01-01")] == []


@pytest.mark.parametrize("size", [300_000, LARGE])
async def test_a_content_that_breaks_off_leaves_nothing(store: Objects, size: int) -> None:
    class Broken(Exception):
        pass

    async def breaking() -> AsyncIterator[bytes]:
        async for piece in pieces(os.urandom(size)):
            yield piece
        raise Broken

    name = name_of(uuid7())
    with pytest.raises((Broken, StoreAway)):
        await store.put(name, breaking())
    with pytest.raises(FileNotFoundError):
        await whole(store, name)


async def test_a_large_content_passes_with_little_memory(store: Objects) -> None:
    """Eight at once would be 88 MiB in memory; what is held is a few pieces of each."""
    names = [name_of(uuid7()) for _ in range(8)]

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGE // 65_536):
            yield bytes(65_536)

    await asyncio.gather(*(store.put(name, endless()) for name in names))
    for name in names:
        assert len(await whole(store, name)) == LARGE // 65_536 * 65_536


def test_a_name_tells_its_day_and_nothing_else_is_a_name() -> None:
    one = UUID("019aab5d-ac96-774b-bcce-b302099a8057")
    assert name_of(one) == "2025-11-22/019aab5d-ac96-774b-bcce-b302099a8057"
    assert made_at(one) == datetime(2025, 11, 22, 11, 40, 34, 326000, UTC)
    assert id_of(name_of(one)) == one
    for foreign in (
        "2025-11-23/" + str(one),
        "readme",
        f"x/{uuid4()}",
        "2025-11-22/../" + str(one),
    ):
        assert id_of(foreign) is None


async def test_a_full_disk_is_no_fault_of_the_callers(tmp_path: Path) -> None:
    blocked = tmp_path / "files"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(StoreAway):
        await Folder(blocked).put(name_of(uuid7()), pieces(b"x"))


async def test_halves_of_dead_writers_are_tidied_up(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    kept, name = name_of(uuid7()), name_of(uuid7())
    await folder.put(kept, pieces(b"x"))
    half = tmp_path / name.replace("/", "/.")
    half.write_bytes(b"half")
    await folder.tidy(3600)
    assert half.exists(), "its writer may be at work"
    os.utime(half, (1, 1))
    await folder.tidy(3600)
    assert not half.exists()
    assert (tmp_path / kept).exists()


def test_an_address_that_makes_no_store_never_repeats_its_secret() -> None:
    for url in ("s3:///x", "ftp://a:geheim@host/x", "s3://a:geheim@bucket?endpont=x"):
        with pytest.raises(ValueError, match="not of the form") as failure:
            objects_of(Settings(files_url=url))
        assert "geheim" not in str(failure.value)
