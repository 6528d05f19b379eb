"""The one OpenAPI document of the house: the committed one, else made of what services say."""

import json
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Final
from weakref import WeakKeyDictionary

from services.gateway.adapters.probes import fetch_document
from services.gateway.domain.openapi import merge
from shared.kit.context import Context
from shared.kit.vault import Vault

_COMMITTED: Final = Path(__file__).resolve().parents[3] / "docs" / "openapi" / "merged.json"
_FRESH: Final = 60.0
_HURRY: Final = 2.0
INFO: Final = {
    "title": "Sanad",
    "version": "1",
    "description": "A technical-support desk, Arabic first, fully bilingual.",
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "contact": {"name": "Sanad"},
}

_made: WeakKeyDictionary[Vault, tuple[float, dict[str, Any]]] = WeakKeyDictionary()


async def merged(context: Context, own: Mapping[str, Any]) -> dict[str, Any]:
    """All paths of all services; `own` is the gateway's part."""
    known = _made.get(context.vault)
    if known is not None and monotonic() < known[0]:
        return known[1]
    document, complete = await _document(context, own)
    _made[context.vault] = (monotonic() + (_FRESH if complete else _HURRY), document)
    return document


def _committed() -> dict[str, Any] | None:
    if not _COMMITTED.exists():
        return None
    found: dict[str, Any] = json.loads(_COMMITTED.read_text("utf-8"))
    return found


async def _document(context: Context, own: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The document, and whether every service had its say."""
    committed = _committed()
    if committed is not None:
        return committed, True
    documents: dict[str, Mapping[str, Any]] = {"gateway": own}
    for name, base in context.settings.peers.items():
        found = None if name == "gateway" else await fetch_document(base, "/internal/openapi.json")
        if found is not None:
            documents[name] = found
    document = merge(documents, INFO)
    complete = documents.keys() >= context.settings.peers.keys()
    return {**document, "servers": [{"url": context.settings.public_url}]}, complete
