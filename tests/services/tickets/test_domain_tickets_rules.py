"""Rights, acknowledgements, proofs, names, folding, promises and stories."""

import re
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tickets.domain import rights
from services.tickets.domain.acknowledgement import Recent, acknowledged
from services.tickets.domain.folding import fold
from services.tickets.domain.naming import file_name, mail_subject
from services.tickets.domain.proofs import make_salt, read_salt, solves
from services.tickets.domain.rights import Ownership, Reach, Viewer
from services.tickets.domain.stories import STORIES, tell
from shared.events.escalation import EscalationEnded
from shared.vocabulary import AuthorKind, Direction, Locale, Role

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ME, THEY, HOME, AWAY, HERE, THERE = (UUID(int=number) for number in range(1, 7))
KEY = b"k" * 32


def owned(**more: object) -> Ownership:
    values = {"organization_id": HOME, "requester_id": THEY, "department_id": HERE}
    return Ownership(**{**values, **more})  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("role", "reach"),
    [
        (Role.CUSTOMER, Reach.OWN),
        (Role.CUSTOMER_ADMIN, Reach.ORGANIZATION),
        (Role.AGENT, Reach.DEPARTMENTS),
        (Role.SUPERVISOR, Reach.DEPARTMENTS),
        (Role.MANAGER, Reach.DEPARTMENTS),
        (Role.SENIOR_MANAGEMENT, Reach.ALL),
        (Role.EXECUTIVE, Reach.ALL),
        (Role.ADMIN, Reach.ALL),
        (Role.AUDITOR, Reach.ALL),
    ],
)
def test_each_role_reaches_as_far_as_decided(role: Role, reach: Reach) -> None:
    assert rights.reach_of_user(frozenset({role})) is reach
    assert rights.reach_of_user(frozenset({role, Role.CUSTOMER})) is reach


def test_no_role_reaches_nothing() -> None:
    assert rights.reach_of_user(frozenset()) is Reach.NOTHING
    assert rights.reach_of_user(frozenset({"made_up"})) is Reach.NOTHING


def test_own_means_requester_or_participant_of_the_same_organization() -> None:
    viewer = Viewer(ME, Reach.OWN, staff=False, organization_id=HOME)
    assert rights.sees(viewer, owned(requester_id=ME))
    assert rights.sees(viewer, owned(participants=frozenset({ME})))
    assert not rights.sees(viewer, owned())
    assert not rights.sees(viewer, owned(requester_id=ME, organization_id=AWAY))


def test_departments_and_what_is_assigned() -> None:
    viewer = Viewer(ME, Reach.DEPARTMENTS, staff=True, department_ids=frozenset({HERE}))
    assert rights.sees(viewer, owned())
    assert not rights.sees(viewer, owned(department_id=THERE))
    assert rights.sees(viewer, owned(department_id=THERE, assignee_id=ME))


def test_organizations_and_clients() -> None:
    bound = Viewer(ME, rights.reach_of_client(HOME), staff=False, organization_id=HOME)
    assert rights.sees(bound, owned())
    assert not rights.sees(bound, owned(organization_id=AWAY))
    assert not rights.sees(bound, owned(unconfirmed=True))
    assert rights.sees(Viewer(ME, Reach.ALL, staff=True), owned(unconfirmed=True))
    assert rights.reach_of_client(None) is Reach.ALL
    assert not rights.sees(Viewer(ME, Reach.NOTHING, staff=False), owned(requester_id=ME))


def test_staff_speak_for_the_desk_except_about_their_own_ticket() -> None:
    staff = Viewer(ME, Reach.ALL, staff=True)
    assert rights.voice(staff, THEY) is AuthorKind.STAFF
    assert rights.voice(staff, ME) is AuthorKind.CUSTOMER
    assert rights.voice(Viewer(ME, Reach.OWN, staff=False), THEY) is AuthorKind.CUSTOMER


@pytest.mark.parametrize("author", list(AuthorKind))
def test_what_is_not_public_stays_inside(author: AuthorKind) -> None:
    assert rights.direction(author, public=False) is Direction.INTERNAL
    inbound = author is AuthorKind.CUSTOMER
    expected = Direction.INBOUND if inbound else Direction.OUTBOUND
    assert rights.direction(author, public=True) is expected


@pytest.mark.parametrize(
    ("recent", "yes"),
    [
        ((0, 0, 0), True),
        ((2, 9, 39), True),
        ((3, 3, 3), False),
        ((0, 10, 10), False),
        ((0, 0, 40), False),
    ],
)
def test_acknowledgements_stop_at_the_caps(recent: tuple[int, int, int], yes: bool) -> None:
    assert acknowledged(Recent(*recent)) is yes


@given(st.binary(min_size=12, max_size=12), st.integers(0, 12))
def test_a_salt_of_ours_is_read_until_it_runs_out(random: bytes, bits: int) -> None:
    salt = make_salt(KEY, random, NOW, bits)
    read = read_salt(KEY, salt, NOW)
    assert read is not None
    assert (read.id, read.bits) == (random, bits)
    assert read_salt(KEY, salt, NOW + timedelta(seconds=1)) is None
    assert read_salt(b"other", salt, NOW) is None


@given(st.text(max_size=80))
def test_nothing_made_up_is_a_salt(text: str) -> None:
    assert read_salt(KEY, text, NOW) is None


def test_a_nonce_must_be_found() -> None:
    found = [nonce for nonce in range(4096) if solves("salt", str(nonce), 8)]
    assert 4 <= len(found) <= 40
    assert solves("salt", "anything", 0)
    assert not solves("salt", "1" * 65, 0)


@given(st.text(max_size=300))
def test_a_file_name_is_never_a_path_and_never_turns_text_round(text: str) -> None:
    name = file_name(text)
    assert 0 < len(name) <= 120
    assert not re.search("[\\\\/\x00-\x1f\u202a-\u202e\u2066-\u2069]", name)
    assert name not in {".", ".."}


def test_a_long_name_keeps_its_ending() -> None:
    assert file_name("س" * 300 + ".pdf").endswith("س.pdf")


@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("Re: [SND-1042] Printer", "Printer"),
        ("رد: [snd-7] الطابعة", "الطابعة"),
        ("\u200fردّ : إعادة التوجيه: [SND-7] الطابعة", "الطابعة"),
        ("[SND-7] رد: Re[2]: اعادة توجيه: الطابعة", "الطابعة"),
        ("Re: Printer", "Re: Printer"),
        ("two\r\nlines", "two lines"),
        ("[SND-1]", ""),
    ],
)
def test_an_old_number_leaves_the_subject(subject: str, kept: str) -> None:
    assert mail_subject(subject) == kept


@given(st.text(max_size=400))
def test_a_subject_is_one_line(text: str) -> None:
    assert "\n" not in mail_subject(text)
    assert len(mail_subject(text)) <= 250


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الطَّابِعَة", "الطابعه"),
        ("إدارة", "اداره"),
        ("مستشفى", "مستشفي"),
        ("كـــتاب", "كتاب"),
        ("٢٠٢٦", "2026"),
        ("Café", "cafe"),
        ("Ｐrinter", "printer"),
    ],
)
def test_writings_of_one_word_fold_into_one_form(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("kind", sorted(STORIES))
def test_every_story_is_told_in_both_languages_with_the_same_gaps(kind: str) -> None:
    gaps = [
        {name for _, name, _, _ in Formatter().parse(str(text)) if name}
        for text in STORIES[kind].values()
    ]
    assert gaps[0] == gaps[1]
    assert re.search("[\u0600-\u06ff]", STORIES[kind]["ar"])
    assert not re.search("[\u0600-\u06ff]", STORIES[kind]["en"])


def test_stories_use_the_words_of_the_reader() -> None:
    data = {"from_status": "new", "to_status": "open"}
    assert "مفتوحة" in tell("status_changed", data, Locale.AR)
    assert "“open”" in tell("status_changed", data, Locale.EN)
    assert tell("assigned", {"assignee_id": None}, Locale.EN) == "The ticket was unassigned"
    assert tell("assigned", {"assignee_id": "x", "cause": "escalation"}, Locale.EN).endswith(
        "by escalation"
    )
    ends = [
        tell("escalation_ended", {"metric": "resolution", "reason": reason}, Locale.AR)
        for reason in get_args(EscalationEnded.model_fields["reason"].annotation)
    ]
    assert ends[-1] == "بلغ سلّم التصعيد آخره"
    assert len(set(ends)) == 4
    assert tell("escalation_ended", {}, Locale.AR) == "انتهى التصعيد"
    assert tell("unheard_of", {}, Locale.EN) == "unheard_of"
    assert tell("department_changed", {}, Locale.EN) == "Moved to …"
    assert tell("merged", {}, Locale.EN) == "Merged into another ticket"
