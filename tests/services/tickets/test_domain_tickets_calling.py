"""What priorities and departments are called, and what is not said twice."""

import pytest

from services.notify.domain.labels import PRIORITIES
from services.tickets.domain.calling import PRIORITY_WORDS, department
from services.tickets.domain.stories import tell
from services.tickets.usecases.figures import figures
from shared.vocabulary import Locale


@pytest.mark.parametrize(
    ("name", "locale", "told"),
    [
        ("قسم المالية", Locale.AR, "«\u2068قسم المالية\u2069»"),
        ("القسم المالي", Locale.AR, "«\u2068القسم المالي\u2069»"),
        ("الشبكات", Locale.AR, "قسم «\u2068الشبكات\u2069»"),
        ("إدارة قسمة الأراضي", Locale.AR, "قسم «\u2068إدارة قسمة الأراضي\u2069»"),
        ("Finance Department", Locale.EN, "“Finance Department”"),
        ("Networks", Locale.EN, "the department “Networks”"),
    ],
)
def test_a_name_that_says_department_is_not_called_so_twice(
    name: str, locale: Locale, told: str
) -> None:
    assert department(name, locale) == told
    story = tell("department_changed", {"department": {"ar": name, "en": name}}, locale)
    assert story.endswith(told)
    assert story.startswith("نُقلت التذكرة إلى " if locale is Locale.AR else "Moved to ")


def test_priorities_are_told_in_the_words_of_mails() -> None:
    data = {"from_priority": "P3", "to_priority": "P2"}
    assert tell("priority_changed", data, Locale.EN) == (
        "Priority changed from medium (P3) to high (P2)"
    )
    assert tell("priority_changed", data, Locale.AR) == (
        "تغيّرت الأولوية من متوسطة (\u2068P3\u2069) إلى مرتفعة (\u2068P2\u2069)"
    )
    for priority, words in PRIORITIES.items():
        mine = {name: text.replace("\u2068", "") for name, text in PRIORITY_WORDS[priority].items()}
        assert {name: text.replace("\u2069", "") for name, text in mine.items()} == words


@pytest.mark.parametrize(("was", "clauses"), [("10:43:20", 1), ("10:44:20", 2)])
def test_an_instant_that_reads_the_same_is_said_once(was: str, clauses: int) -> None:
    data = {"due_at": "2026-03-01T10:43:50Z", "was_due_at": f"2026-03-01T{was}Z"}
    for locale in Locale:
        assert len(figures(data, locale, "Asia/Riyadh")) == clauses
