"""The Arabic set of mail.md 13: our own texts, made by a script from tables.

`python -m tests.mails.arabic FOLDER` writes every mail as a file, with what must be read in it.
"""

from tests.mails.arabic.answers import answers
from tests.mails.arabic.case import SENDER, Case
from tests.mails.arabic.charsets import bodies, headers, lies, oddities
from tests.mails.arabic.letters import letters
from tests.mails.arabic.names import names
from tests.mails.arabic.pages import directions, pages
from tests.mails.arabic.robots import absences, notices, words

CASES: tuple[Case, ...] = (
    *(*bodies(), *headers(), *lies(), *oddities()),
    *names(),
    *(*answers(), *pages()),
    *directions(),
    *(*absences(), *notices(), *words()),
    *letters(),
)

__all__ = ["CASES", "SENDER", "Case"]
