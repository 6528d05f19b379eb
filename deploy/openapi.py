"""`python -m deploy.openapi`: writes docs/openapi/merged.json from the six services' routes."""

import importlib
import json
from pathlib import Path
from typing import Any

from deploy.local.layout import SERVICES
from services.gateway.domain.openapi import merge
from services.gateway.usecases.documents import INFO

TARGET = Path(__file__).resolve().parent.parent / "docs" / "openapi" / "merged.json"


def render() -> str:
    """The merged document as it is committed; the gateway serves the same bytes."""
    document = {**merge(_documents(), INFO), "servers": [{"url": "/"}]}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _documents() -> dict[str, dict[str, Any]]:
    return {
        name: importlib.import_module(f"services.{name}.main").service.app.openapi()
        for name in SERVICES
    }


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(render(), encoding="utf-8")
