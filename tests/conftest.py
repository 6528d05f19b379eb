"""What every test may ask for: real engines, and a service's context on a database of its own."""

from typing import Any

import pytest
from hypothesis import settings

pytest_plugins = ["tests.engines", "tests.contexts"]

# How long one example took tells of the machine's neighbours, not of the rule.
settings.register_profile("steady", deadline=None)
settings.register_profile("fast", max_examples=20, deadline=None)
settings.load_profile("steady")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A module stays in one process: it shares a database, and some tell one story."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)
