"""HTTP body of an excuse."""

from typing import Annotated

from pydantic import StringConstraints

from shared.kit.model import Body

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class ExcuseIn(Body):
    """Why a broken promise was nobody's fault here; both are kept sealed.

    `reason` is for staff, `public_reason` is what the customer may read.
    """

    reason: Reason
    public_reason: Reason | None = None
