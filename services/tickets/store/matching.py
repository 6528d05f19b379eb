"""What a query means to the database: a ticket's number, or the tokens that stand for words."""

from typing import Any, Final

from services.tickets.store.rows import Condition

_FOUND: Final = """t.id in (select s.ticket_id from tickets.search s
    join unnest(cast(:tokens as bytea[]), cast(:words as int[])) w (token, word)
        on s.token = w.token where s.public or :internal
    group by s.ticket_id having count(distinct w.word) = :word_count)"""


class Search:
    """A query after folding: a number, or for each word the tokens that stand for it."""

    def __init__(self, number: int | None, tokens: list[list[bytes]]) -> None:
        self.number = number
        self.tokens = tokens

    def condition(self, *, internal: bool) -> Condition:
        """Ticket number, or all words, each in any of its forms."""
        if not self.tokens:
            return ("t.number = :number", {"number": self.number}) if self.number else ("false", {})
        params: dict[str, Any] = {
            "tokens": [token for word in self.tokens for token in word],
            "words": [index for index, word in enumerate(self.tokens) for _ in word],
            "word_count": len(self.tokens),
            "internal": internal,
        }
        if self.number is None:
            return _FOUND, params
        return f"(t.number = :number or {_FOUND})", {**params, "number": self.number}
