"""Timeline entries whose words are sealed: of custom fields and of tags, for who may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.tickets.domain.fieldstories import label, spoken
from services.tickets.store import seals
from services.tickets.store.rows import Row
from services.tickets.usecases.fieldbook import Book
from shared.kit.crypto import Box
from shared.vocabulary import Locale

KIND = "field_changed"
EDITED = "edited"


@dataclass(frozen=True, slots=True)
class FieldTeller:
    """Tells what one reader may know; an entry about a hidden field is none for customers."""

    book: Book
    box: Box
    locale: Locale
    staff: bool
    tags: Collection[str] = ()
    """What the ticket bears now: of what came and went customers read what they see on it."""

    def tells(self, row: Row) -> bool:
        if row["kind"] != KIND:
            return True
        field = self.book.by_id.get(UUID(row["data"]["field_id"]))
        return self.staff or (field is not None and field.definition.seen_by(staff=False))

    def data(self, row: Row) -> dict[str, Any]:
        """The entry's own data, with what fills the sentence about a field."""
        known = dict(row["data"] or {})
        if row["kind"] == EDITED:
            return known | self._tags(row)
        if row["kind"] != KIND:
            return known
        field = self.book.by_id.get(UUID(known["field_id"]))
        if field is None:
            return known
        values = seals.unseal_json(self.box, seals.DETAIL, row["id"], row["detail"]) or [None, None]
        told = [spoken(field.definition, value, self.locale) for value in values]
        return {
            **known,
            "label": label(field.definition.label, self.locale),
            "from": told[0],
            "to": told[1],
        }

    def _tags(self, row: Row) -> dict[str, Any]:
        told = seals.unseal_json(self.box, seals.DETAIL, row["id"], row["detail"]) or {}
        if self.staff:
            return dict(told)
        return {side: [one for one in tags if one in self.tags] for side, tags in told.items()}
