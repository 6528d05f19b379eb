"""Which failures of the database's line are an outage (503, come back) and no fault of ours."""

import pytest
from asyncpg.exceptions import (
    ConnectionDoesNotExistError,
    InterfaceError,
    InternalClientError,
)

from shared.kit.answers import problem_of
from shared.kit.problems import Unavailable
from shared.kit.visit import Visit


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        InterfaceError("connection is closed"),
        InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
        ConnectionResetError(),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_line_that_was_cut_is_an_outage(failure: Exception) -> None:
    assert isinstance(problem_of(failure, Visit({"headers": []})), Unavailable)
