"""What other services of the house ask about promises, many at once."""

from typing import Annotated

from pydantic import Field

from shared.kit.model import Body, Line

Key = Annotated[str, Line(100)]


class ExplanationsIn(Body):
    """Keys `ticket:metric:instant`; what cannot be read or found is not answered."""

    keys: Annotated[list[Key], Field(max_length=200)]
