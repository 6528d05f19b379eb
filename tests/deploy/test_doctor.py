"""The doctor says what is wrong and how to mend it, in both languages, and changes nothing."""

import re
import socket
from pathlib import Path

import pytest

from deploy.local import doctor, options
from deploy.local.findings import Finding, Verdict, language
from deploy.local.layout import Home

ARABIC = re.compile(r"[\u0600-\u06ff]")


def look(name: str, tmp_path: Path, **said: str) -> list[Finding]:
    given = {"SANAD_HOME": str(tmp_path / "home"), **said}
    chosen = options.read(given)
    return list(getattr(doctor, name)(chosen, Home(chosen.home)))


def verdicts(found: list[Finding]) -> set[Verdict]:
    return {finding.verdict for finding in found}


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ((3, 10, 14), Verdict.BAD),
        ((3, 11, 7), Verdict.WARNING),
        ((3, 11, 10), Verdict.GOOD),
        ((3, 12, 4), Verdict.WARNING),
        ((3, 13, 0), Verdict.GOOD),
    ],
)
def test_an_interpreter_is_judged_by_its_patch_release(
    tmp_path: Path, version: tuple[int, ...], verdict: Verdict
) -> None:
    chosen = options.read({"SANAD_HOME": str(tmp_path)})
    found = list(doctor.python(chosen, Home(tmp_path), version))
    assert verdicts(found) == {verdict}


def test_a_key_that_others_may_read_is_named_with_its_cure(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    assert verdicts(look("folder", tmp_path)) == {Verdict.GOOD}
    (home.keys / "master").chmod(0o644)
    (found,) = look("folder", tmp_path)
    assert found.verdict is Verdict.BAD
    assert f"chmod go-rwx '{home.keys / 'master'}'" in found.en
    assert (home.keys / "master").stat().st_mode & 0o777 == 0o644, "the doctor only looks"


def test_a_taken_port_is_found_before_the_start_fails(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        found = look("ports", tmp_path, SANAD_HTTP_PORT=taken, SANAD_SMTP_PORT="0")
    assert [finding.verdict for finding in found] == [Verdict.BAD, Verdict.GOOD]
    assert "SANAD_HTTP_PORT" in found[0].en


def test_production_wants_https_and_its_key_elsewhere(tmp_path: Path) -> None:
    assert look("production", tmp_path) == []
    found = look("production", tmp_path, SANAD_PROFILE="production")
    assert [finding.verdict for finding in found] == [
        Verdict.BAD,
        Verdict.WARNING,
        Verdict.WARNING,
    ]
    sound = look(
        "production",
        tmp_path,
        SANAD_PROFILE="production",
        SANAD_PUBLIC_URL="https://support.example",
        SANAD_MASTER_KEY_FILE="/run/secrets/master",
        SANAD_SMTP_URL="smtps://mail.example",
    )
    assert sound == []


def test_a_database_that_is_away_is_a_finding_not_a_crash(tmp_path: Path) -> None:
    url = "postgresql://nobody:x@127.0.0.1:9/none"
    (found,) = look("durability", tmp_path, SANAD_DATABASE_URL=url)
    assert found.verdict is Verdict.BAD
    assert "nobody:x" not in found.en


def test_every_finding_has_arabic_words(tmp_path: Path) -> None:
    said = {"SANAD_PROFILE": "production", "SANAD_HTTP_PORT": "0", "SANAD_SMTP_PORT": "0"}
    found = [
        f
        for name in ("folder", "disk", "ports", "production")
        for f in look(name, tmp_path, **said)
    ]
    spoken = [finding for finding in found if not finding.en.startswith("SANAD_")]
    assert [finding.en for finding in spoken if not ARABIC.search(finding.ar)] == []


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    assert doctor.report(options.read({"SANAD_HOME": str(tmp_path / "home")}), "en") in {0, 1}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("asked", "locale", "spoken"),
    [
        ("ar", "en_US", "ar"),
        (None, "ar_SA.UTF-8", "ar"),
        (None, "C.UTF-8", "en"),
        ("en", "ar", "en"),
    ],
)
def test_the_language_is_the_asked_one_or_the_shells(
    asked: str | None, locale: str, spoken: str
) -> None:
    assert language(asked, locale) == spoken
