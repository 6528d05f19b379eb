"""Each service's migrations are one line, in the order that their file names say."""

import importlib
from itertools import pairwise
from typing import Any

import pytest

from deploy.local.layout import SERVICES
from shared.kit.migrate import head
from tests.architecture.source import ROOT


def history(service: str) -> list[tuple[str, Any]]:
    """Names of files in order, and what they say of themselves."""
    folder = ROOT / "services" / service / "migrations" / "versions"
    return [
        (path.stem, importlib.import_module(f"services.{service}.migrations.versions.{path.stem}"))
        for path in sorted(folder.glob("*.py"))
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_one_line_in_the_order_of_their_names(service: str) -> None:
    """Two that were written at the same time must not share a number, nor what they follow."""
    line = history(service)
    numbers = [stem.partition("_")[0] for stem, _ in line]
    assert numbers == [f"{n:04}" for n in range(1, len(line) + 1)]
    assert [step.revision for _, step in line] == numbers
    assert line[0][1].down_revision is None
    for (_, before), (stem, step) in pairwise(line):
        assert step.down_revision == before.revision, stem
    assert head(service) == numbers[-1]
