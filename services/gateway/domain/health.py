"""The state of the whole house, folded from what each service says of itself."""

from collections.abc import Mapping
from enum import StrEnum

from shared.vocabulary import Localized


class Health(StrEnum):
    """How a service, or the house, does."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    DOWN = "down"


WORDS: dict[Health, Localized] = {
    Health.OPERATIONAL: Localized(ar="تعمل كما يجب", en="Operational"),
    Health.DEGRADED: Localized(ar="تعمل جزئيًا", en="Partly available"),
    Health.DOWN: Localized(ar="متوقفة", en="Unavailable"),
}


def overall(services: Mapping[str, Health]) -> Health:
    """Down only when nothing answers: one dead part leaves the others useful."""
    states = set(services.values())
    if states <= {Health.OPERATIONAL}:
        return Health.OPERATIONAL
    return Health.DOWN if states == {Health.DOWN} else Health.DEGRADED
