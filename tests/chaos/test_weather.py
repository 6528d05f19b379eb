"""The weather strikes the desk alone: never the test that asks for it."""

import json
from pathlib import Path

from tests.chaos.weather import Weather
from tests.journeys.desk import Desk


def test_a_child_that_is_being_started_again_is_not_there_to_be_struck(tmp_path: Path) -> None:
    """Its number is null meanwhile, which psutil reads as the process that asks."""
    (tmp_path / "endpoints.json").write_text(json.dumps({"pids": {"intake": None}}))
    weather = Weather(Desk(tmp_path))
    assert weather.process("intake") is None
    assert weather.strike("intake") is False
