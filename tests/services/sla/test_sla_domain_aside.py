"""Who fails steps aside, longer each time, and is forgotten when it has long been well."""

from services.sla.domain.aside import LONGEST, Aside


def test_the_wait_doubles_up_to_its_longest() -> None:
    aside = Aside()
    waits = [aside.put("a", 0.0) for _ in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_each_waits_for_itself_and_comes_back() -> None:
    aside = Aside()
    aside.put("a", 0.0)
    aside.put("b", 0.9)
    assert aside.keys(0.95) == ["a", "b"]
    assert aside.keys(1.0) == ["b"]
    assert aside.keys(2.0) == []
    assert aside.put("a", 2.0) == 2.0, "it failed again: nothing was forgotten"


def test_what_failed_long_ago_begins_anew() -> None:
    aside = Aside()
    aside.put("a", 0.0)
    assert aside.keys(1.0 + 10 * LONGEST) == []
    assert aside.put("a", 1000.0) == 1.0
