"""Whatever people read stands in Arabic and in English, and says the same in both."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from jinja2 import Environment, meta

import services
import shared
from services.notify.domain.plurals import COUNTED
from services.tickets.domain.stories import STORIES
from shared.kit.problem import Problem
from shared.kit.problems import Unexpected
from shared.vocabulary import Locale
from tests.architecture.source import ROOT, below
from tests.architecture.texts import ARABIC, Pair, is_text, lone_arabic, pairs

TEMPLATES = ROOT / "services" / "notify" / "templates"
READS_ARABIC = {
    "services/intake/domain/": "words and bytes by which mail of others is recognised",
    "services/tickets/domain/folding.py": "letters that a search takes for one another",
    "services/tickets/domain/arabic.py": "what clings to Arabic words",
    "services/tickets/domain/clitics.py": "letters that cling to them in queries",
    "services/tickets/domain/query": "names and values in queries, in both languages side by side",
    "services/notify/domain/plurals.py": "plural forms, held against the English ones below",
    "shared/worktime/spans.py": "counted units, joined into both languages",
    "services/sla/adapters/almanac.py": "remarks that a package adds to names of holidays",
    "shared/vocabulary.py": "the reply marker holds both languages in one line",
    "services/tickets/domain/naming.py": "what mail programs write before a subject",
    "deploy/local/demo/": "what the people of an invented company write, each in one language",
}
"""Where Arabic may stand without English beside it, and why."""


def problems() -> list[type[Problem]]:
    """Every failure that any service can answer."""
    for package in (services, shared):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "problem" in module.name:
                importlib.import_module(module.name)
    return sorted(_below(Problem), key=lambda kind: kind.__qualname__)


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith(("services.", "shared.")):
            yield one
        yield from _below(one)


def test_every_problem_says_what_happened_in_both_languages() -> None:
    coded = [kind for kind in problems() if kind.code != Problem.code]
    assert len(coded) > 40
    for kind in coded:
        assert kind.title != Problem.title, kind
        assert kind.detail != Problem.detail, kind
        for texts in (kind.title, kind.detail):
            assert ARABIC.search(texts["ar"]), kind
            assert texts["en"].strip(), kind
            assert not ARABIC.search(texts["en"]), kind


def test_every_failure_that_people_meet_has_a_code_of_its_own() -> None:
    nameless = [kind for kind in problems() if kind.code == Problem.code]
    assert [kind for kind in nameless if kind is not Unexpected and not kind.__subclasses__()] == []


def test_one_code_always_carries_one_status() -> None:
    seen: dict[str, int] = {}
    for kind in problems():
        if kind.code != Problem.code:
            assert seen.setdefault(kind.code, kind.status) == kind.status, kind.code


def test_every_text_has_arabic_letters_english_words_and_the_same_gaps() -> None:
    told = [pair for pair in pairs() if is_text(pair)]
    assert len(told) > 200
    assert [pair.place for pair in told if ARABIC.search(pair.words("en"))] == []
    assert [pair.place for pair in told if pair.gaps("ar") != pair.gaps("en")] == []
    assert [pair.place for pair in told if not speaks_arabic(pair)] == []


def speaks_arabic(pair: Pair) -> bool:
    """Names alone (`SANAD_HTTP_PORT 8080`) may be the same in both languages."""
    english, arabic = pair.words("en"), pair.words("ar")
    nameless = not any(letter.isalpha() for letter in english)
    return nameless or arabic == english or bool(ARABIC.search(arabic))


def test_no_arabic_stands_alone_where_people_read() -> None:
    lonely = [place for place in lone_arabic() if not place.startswith(tuple(READS_ARABIC))]
    assert lonely == []


def test_every_reason_for_lone_arabic_still_holds() -> None:
    found = lone_arabic()
    rooms = [room for room in READS_ARABIC if (ROOT / room).exists()]
    idle = [room for room in rooms if not any(place.startswith(room) for place in found)]
    assert idle == []


def test_every_counted_word_has_its_plural_forms() -> None:
    for word, forms in COUNTED.items():
        arabic, english = forms[Locale.AR], forms[Locale.EN]
        assert arabic.keys() == {"zero", "one", "two", "few", "many", "other"}, word
        assert english.keys() == {"one", "other"}, word
        assert all(ARABIC.search(text) for text in arabic.values()), word


def template_names(language: str) -> set[str]:
    return {path.name for path in (TEMPLATES / language).iterdir()}


def test_every_mail_has_a_text_and_a_page_in_both_languages() -> None:
    assert template_names("ar") == template_names("en")
    stems = {name.partition(".")[0] for name in template_names("ar")}
    assert template_names("ar") == {f"{stem}.{kind}" for stem in stems for kind in ("txt", "html")}


@pytest.mark.parametrize("name", sorted(template_names("ar")))
def test_a_mail_names_the_same_things_in_both_languages(name: str) -> None:
    texts = {
        language: (TEMPLATES / language / name).read_text("utf-8") for language in ("ar", "en")
    }
    reader = Environment(autoescape=True)
    reader.filters |= {"iso": str, "paragraphs": str}
    gaps = {one: meta.find_undeclared_variables(reader.parse(text)) for one, text in texts.items()}
    assert gaps["ar"] == gaps["en"]
    assert ARABIC.search(texts["ar"])
    assert not ARABIC.search(texts["en"])


def test_every_kind_of_timeline_entry_has_its_sentence() -> None:
    """`tell` shows the bare kind when a sentence is missing; nobody should meet that."""
    noted = {
        argument.value
        for module in below("services/tickets/usecases")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _called(node) in {"note", "_note", "_mark"}
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    told = STORIES.keys() | {kind.partition(".")[0] for kind in STORIES}
    assert noted
    assert noted - told == set()


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
