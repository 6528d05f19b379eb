"""On PYTHONPATH of a desk under measurement only: texts stay plain and no search keys are made.

The product has no such switch. P20 asks what its sealing costs, so a copy without it must run.
"""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def _open_box(module: ModuleType) -> None:
    box: Any = module.__dict__["Box"]

    def seal(self: Any, label: str, row_id: Any, value: Any) -> bytes:
        return b"\x01" + (value.encode() if isinstance(value, str) else value)

    def open_bytes(self: Any, label: str, row_id: Any, sealed: bytes) -> bytes:
        return sealed[1:]

    box.seal, box.open_bytes = seal, open_bytes


def _no_keys(module: ModuleType) -> None:
    assert "index_some" in module.__dict__

    async def index_some(context: Any) -> bool:
        return False

    module.__dict__["index_some"] = index_some


_CHANGED = {
    "shared.kit.crypto": _open_box,
    "services.tickets.usecases.indexing": _no_keys,
}


class _Changing(MetaPathFinder):
    """Lets a module load as ever, then changes it."""

    def find_spec(self, fullname: str, *_where: Any) -> ModuleSpec | None:
        change = _CHANGED.pop(fullname, None)
        if change is None:
            return None
        spec = find_spec(fullname)
        assert spec is not None
        assert spec.loader is not None
        spec.loader = _Changed(spec.loader, change)
        return spec


class _Changed(Loader):
    def __init__(self, loader: Loader, change: Any) -> None:
        self._loader, self._change = loader, change

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._change(module)


sys.meta_path.insert(0, _Changing())
