"""Who has written through this process: what was remembered for them meanwhile is stale."""

from collections import OrderedDict
from typing import Final
from uuid import UUID

_MOST: Final = 4096


class Writes:
    """A count of each caller's writes; those who have not written for long begin anew."""

    def __init__(self) -> None:
        self._counts: OrderedDict[UUID, int] = OrderedDict()
        self._forgotten = 0

    def note(self, caller_id: UUID) -> None:
        """After a write of theirs was committed."""
        self._counts[caller_id] = self._counts.pop(caller_id, self._forgotten) + 1
        if len(self._counts) > _MOST:
            _, count = self._counts.popitem(last=False)
            self._forgotten = max(self._forgotten, count)

    def of(self, caller_id: UUID) -> int:
        """Another number than before whenever they have written since."""
        return self._counts.get(caller_id, self._forgotten)
