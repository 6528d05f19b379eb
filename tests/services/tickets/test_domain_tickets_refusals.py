"""A move that cannot be says where the ticket stands, in words and for programs."""

import pytest

from services.tickets.domain.lifecycle import legal_verbs
from services.tickets.domain.words import Verb
from services.tickets.problems import IllegalMove
from shared.kit.problems import IllegalTransition
from shared.vocabulary import Locale, Status


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("locale", list(Locale))
def test_every_state_and_verb_has_words_and_programs_keep_their_list(
    status: Status, locale: Locale
) -> None:
    legal = legal_verbs(status)
    told = IllegalMove(status, legal).document(locale)
    assert told["legal"] == [str(verb) for verb in legal]
    assert not {"state", "verbs", "words"} & told.keys()
    assert told["detail"].isascii() is (locale is Locale.EN)
    if locale is Locale.AR:
        assert not any(verb.value in told["detail"] for verb in Verb)


def test_a_state_without_a_way_on_says_so() -> None:
    detail = IllegalMove(Status.MERGED, ()).document(Locale.AR)["detail"]
    assert detail == "هذا الإجراء غير ممكن لأن التذكرة مدمجة. الممكن الآن: لا شيء."


def test_tokens_inside_an_arabic_sentence_are_fenced_off() -> None:
    problem = IllegalTransition(legal=["open", "close"])
    assert "\u2068open\u2069، \u2068close\u2069" in problem.document(Locale.AR)["detail"]
    assert "open, close" in problem.document(Locale.EN)["detail"]
