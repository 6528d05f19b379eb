"""HTTP body of an excuse."""

from typing import Annotated

from pydantic import StringConstraints

from shared.kit.model import Body


class ExcuseIn(Body):
    """Why a broken promise was nobody's fault here; kept sealed, shown to staff."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
