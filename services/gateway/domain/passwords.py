"""Which passwords are refused: length and guessability count, composition rules do not."""

from enum import StrEnum
from typing import Final

SHORTEST: Final = 8
LONGEST: Final = 256

_GUESSED_FIRST: Final = frozenset(
    {
        "00000000",
        "11111111",
        "12341234",
        "12345678",
        "123456789",
        "1234567890",
        "abcd1234",
        "admin123",
        "baseball",
        "football",
        "iloveyou",
        "letmein1",
        "passw0rd",
        "password",
        "password1",
        "princess",
        "qwerty12",
        "qwerty123",
        "qwertyui",
        "qwertyuiop",
        "sunshine",
        "superman",
        "trustno1",
        "welcome1",
    }
)


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "password_too_short"
    TOO_LONG = "password_too_long"
    GUESSABLE = "password_guessable"


def weakness(password: str, address: str) -> Weakness | None:
    """What is wrong with the password of the owner of `address`, if anything."""
    if len(password) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(password) > LONGEST:
        return Weakness.TOO_LONG
    plain = password.casefold()
    if plain in _GUESSED_FIRST or plain == address.casefold() or len(set(plain)) < 3:
        return Weakness.GUESSABLE
    return None
