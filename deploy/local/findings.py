"""What `sanad doctor` found: a verdict, and the words for it in both languages."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


_MARKS = {Verdict.GOOD: "✓", Verdict.WARNING: "!", Verdict.BAD: "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; a sentence says what is wrong and how to mend it."""

    verdict: Verdict
    en: str
    ar: str

    def line(self, language: str) -> str:
        return f"{_MARKS[self.verdict]} {self.ar if language == 'ar' else self.en}"


def good(en: str, ar: str) -> Finding:
    return Finding(Verdict.GOOD, en, ar)


def warning(en: str, ar: str) -> Finding:
    return Finding(Verdict.WARNING, en, ar)


def bad(en: str, ar: str) -> Finding:
    return Finding(Verdict.BAD, en, ar)


def language(asked: str | None, locale: str) -> str:
    """`--lang` wins, then the shell's locale; English is the operators' default."""
    return "ar" if (asked or locale).lower().startswith("ar") else "en"
