"""The table of copies: who may stand in whose place (docs/mail-trust.md)."""

from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.copies import Claim, Earlier, Fate, covering, covers, repeats
from services.intake.domain.words import Decision, Match
from shared.vocabulary import MailClass, SenderAuth

HERE, THERE = UUID(int=1), UUID(int=2)
NONE, FAIL, WEAK, PASS = SenderAuth.NONE, SenderAuth.FAIL, SenderAuth.WEAK, SenderAuth.PASS
PLAIN = Claim("sara@x", MailClass.HUMAN, Match.NONE, None, False, False, None, NONE)
TOKEN = replace(PLAIN, match=Match.TOKEN, ticket_id=HERE, bound=True)
TAG = replace(PLAIN, match=Match.SUBJECT_TAG, ticket_id=HERE)

NEW, UNVERIFIED = Fate(Decision.NEW), Fate(Decision.NEW, unverified=True)
REPLY, NOTE, HELD = (Fate(one, HERE) for one in (Decision.REPLY, Decision.NOTE, Decision.HELD))
LOOP, QUARANTINED = Fate(Decision.LOOP), Fate(Decision.QUARANTINED)

COVERED = [
    (PLAIN, NEW, PLAIN, NEW),
    (PLAIN, NEW, PLAIN, UNVERIFIED),
    (PLAIN, UNVERIFIED, PLAIN, UNVERIFIED),
    (TOKEN, REPLY, TOKEN, REPLY),
    (TAG, REPLY, TOKEN, REPLY),
    (TOKEN, REPLY, TAG, HELD),
    (TOKEN, REPLY, TOKEN, NOTE),
    (TOKEN, NOTE, TAG, HELD),
    (TOKEN, REPLY, PLAIN, NEW),
    (TAG, HELD, TAG, HELD),
    (PLAIN, NEW, PLAIN, LOOP),
    (PLAIN, NEW, PLAIN, QUARANTINED),
    (PLAIN, QUARANTINED, PLAIN, QUARANTINED),
]
APART = [
    (PLAIN, UNVERIFIED, replace(PLAIN, auth=PASS), NEW),
    (PLAIN, NEW, TOKEN, REPLY),
    (PLAIN, NEW, TAG, HELD),
    (TAG, HELD, TOKEN, REPLY),
    (TOKEN, NOTE, TOKEN, REPLY),
    (TAG, REPLY, PLAIN, NEW),
    (replace(TOKEN, internal=True), REPLY, TOKEN, REPLY),
    (replace(TOKEN, internal=True), REPLY, PLAIN, NEW),
    (replace(TOKEN, sender="eve@x"), REPLY, TOKEN, REPLY),
    (replace(PLAIN, sender="eve@x"), NEW, PLAIN, NEW),
    (TOKEN, replace(REPLY, ticket_id=THERE), TOKEN, REPLY),
    (TAG, HELD, replace(TAG, auth=WEAK), HELD),
    (TAG, HELD, PLAIN, NEW),
    (PLAIN, LOOP, PLAIN, QUARANTINED),
    (PLAIN, LOOP, PLAIN, NEW),
    (PLAIN, QUARANTINED, PLAIN, NEW),
    (PLAIN, Fate(Decision.DUPLICATE), PLAIN, NEW),
]


@pytest.mark.parametrize(("earlier", "fate", "copy", "wish"), COVERED)
def test_a_copy_that_would_have_no_more_is_a_duplicate(
    earlier: Claim, fate: Fate, copy: Claim, wish: Fate
) -> None:
    assert covers(earlier, fate, copy, wish)


@pytest.mark.parametrize(("earlier", "fate", "copy", "wish"), APART)
def test_a_copy_that_would_have_more_or_elsewhere_counts_by_itself(
    earlier: Claim, fate: Fate, copy: Claim, wish: Fate
) -> None:
    assert not covers(earlier, fate, copy, wish)


def test_the_same_claim_repeats_it_unless_it_is_better_proven() -> None:
    for before, after in product(SenderAuth, SenderAuth):
        order = [FAIL, NONE, WEAK, PASS]
        weaker = order.index(after) <= order.index(before)
        assert repeats(replace(TAG, auth=after), replace(TAG, auth=before)) is weaker
    for other in ("sender", "mail_class", "match", "ticket_id", "bound", "internal"):
        changed = {
            "sender": "eve@x",
            "mail_class": MailClass.LIST,
            "match": Match.STORED_ID,
            "ticket_id": THERE,
            "bound": True,
            "internal": True,
        }
        # Each name has a value of its field's type.
        assert not repeats(TAG, replace(TAG, **{other: changed[other]}))  # type: ignore[arg-type]


FATES = st.sampled_from([NEW, UNVERIFIED, REPLY, NOTE, HELD, LOOP, QUARANTINED])


@given(FATES, FATES, st.sampled_from([PLAIN, TOKEN, TAG]))
def test_nothing_that_no_person_would_see_ever_takes_the_place_of_what_they_would(
    fate: Fate, wish: Fate, claim: Claim
) -> None:
    heard = {Decision.NEW, Decision.REPLY}
    if wish.decision in heard and covers(claim, fate, claim, wish):
        assert fate.decision in heard
    assert covers(claim, wish, claim, wish)


def test_what_a_person_refused_covers_nothing() -> None:
    assert covering([Earlier(HERE, TAG, None)], TAG, HELD) is None
    assert covering([Earlier(HERE, TAG, None), Earlier(THERE, TAG, HELD)], TAG, HELD) == THERE
