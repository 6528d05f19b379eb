"""Where sealed contents lie: a folder by default, a bucket when `SANAD_FILES_URL` says so."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from shared.kit.folder import Folder
from shared.kit.objects import Objects
from shared.kit.settings import Settings

_BUCKETS: Final = frozenset({"s3", "s3a"})
_ASKED: Final = frozenset({"endpoint", "region", "virtual_hosted_style_request"})


class BadAddress(ValueError):
    """A files URL that no store can be made of; never repeats it, for it may hold a secret."""


@dataclass(frozen=True, slots=True)
class Address:
    """`s3://[key id:secret@]bucket[/prefix][?endpoint=https://...][&region=...]`, taken apart."""

    bucket: str
    prefix: str
    user: str
    secret: str
    options: dict[str, str]


def address_of(url: str) -> Address:
    parts = urlsplit(url)
    asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if parts.scheme not in _BUCKETS or not parts.hostname or not asked.keys() <= _ASKED:
        raise BadAddress("not of the form s3://bucket/prefix?endpoint=...&region=...")
    user, secret = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(parts.hostname, parts.path.strip("/"), user, secret, asked)


def check_url(url: str) -> None:
    """BadAddress unless a store can be made of it; opens nothing."""
    if url and urlsplit(url).scheme != "file":
        address_of(url)


def objects_of(settings: Settings) -> Objects:
    """The store that the settings name; `SANAD_FILES_URL` is checked by `sanad doctor`."""
    parts = urlsplit(settings.files_url)
    if not settings.files_url:
        return Folder(settings.home / "files")
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    from shared.kit.bucket import Bucket  # noqa: PLC0415 - megabytes that a folder never needs

    return Bucket(settings.files_url)
