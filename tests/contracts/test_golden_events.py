"""A published event version never changes: golden JSON of each (style.md 5)."""

import json
from pathlib import Path

import pytest

from shared.events.base import Envelope
from shared.events.catalogue import TYPES

GOLDEN = Path(__file__).parent / "events"


@pytest.mark.parametrize("name", sorted(TYPES))
def test_the_golden_event_is_still_understood_and_still_written_so(name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text())
    envelope = Envelope.model_validate(golden)
    fact = TYPES[name].model_validate(envelope.data)
    again = json.loads(envelope.model_dump_json()) | {"data": fact.model_dump(mode="json")}
    assert {**again["data"], **golden["data"]} == again["data"], "a field was lost or renamed"
    assert {key: again[key] for key in golden} == {**golden, "data": again["data"]}


def test_there_is_a_golden_file_for_each_type_and_no_other() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(TYPES)
