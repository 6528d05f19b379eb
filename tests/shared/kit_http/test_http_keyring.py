"""The gateway's keys: rotation without a gap, floods without an effect, outages without a stop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.kit.jwt import SigningKey, generate_pem, signing_key, verification_key
from shared.kit.keyring import FETCH_GAP, UNKNOWN_FOR, Keyring
from shared.kit.problems import Unavailable


@dataclass
class Gateway:
    """A document of keys that counts how often it is asked, and may be away."""

    keys: list[SigningKey] = field(default_factory=list)
    away: bool = False
    asked: int = 0
    now: float = 1000.0

    async def document(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.away:
            raise ConnectionError
        return {"keys": [key.public_jwk() for key in self.keys]}

    def keyring(self) -> Keyring:
        return Keyring(self.document, lambda: self.now)


def key(kid: str) -> SigningKey:
    return signing_key(kid, generate_pem())


async def test_the_next_key_is_found_when_it_first_signs() -> None:
    gateway = Gateway([key("one")])
    ring = gateway.keyring()
    assert await ring.find("one")
    gateway.keys.append(key("two"))
    gateway.now += FETCH_GAP
    assert await ring.find("two")
    assert await ring.find("one")
    assert gateway.asked == 2


async def test_a_retired_key_is_forgotten() -> None:
    gateway = Gateway([key("one"), key("two")])
    ring = gateway.keyring()
    await ring.refresh()
    del gateway.keys[0]
    await ring.refresh()
    gateway.now += UNKNOWN_FOR
    assert await ring.find("one") is None


async def test_a_strange_id_asks_the_gateway_once_a_minute() -> None:
    gateway = Gateway([key("one")])
    ring = gateway.keyring()
    for _ in range(50):
        assert await ring.find("strange") is None
        gateway.now += 1
    assert gateway.asked == 1
    gateway.now += UNKNOWN_FOR
    assert await ring.find("strange") is None
    assert gateway.asked == 2


async def test_a_flood_of_strange_ids_asks_at_most_once_a_second() -> None:
    gateway = Gateway([key("one")])
    ring = gateway.keyring()
    for number in range(3000):
        assert await ring.find(f"strange-{number}") is None
        gateway.now += 0.001
    assert gateway.asked <= 4


async def test_known_keys_outlive_the_gateway() -> None:
    gateway = Gateway([key("one")])
    ring = gateway.keyring()
    await ring.refresh()
    gateway.away = True
    await ring.refresh()
    assert await ring.find("one")
    gateway.now += FETCH_GAP
    assert await ring.find("other") is None


async def test_without_any_key_nobody_is_called_a_liar() -> None:
    gateway = Gateway(away=True)
    ring = gateway.keyring()
    with pytest.raises(Unavailable):
        await ring.find("one")
    gateway.away, gateway.keys = False, [key("one")]
    gateway.now += FETCH_GAP
    assert await ring.find("one")


@pytest.mark.parametrize(
    "bent",
    [
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC"},
        {"alg": "HS256"},
        {"alg": "RS512"},
        {"use": "enc"},
        {"d": "AQAB"},
        {"n": "AQAB"},
        {"n": None},
        {"n": "***"},
    ],
)
def test_only_sound_rsa_signature_keys_are_taken(bent: dict[str, Any]) -> None:
    entry = key("one").public_jwk()
    assert verification_key(entry) is not None
    assert verification_key(entry | bent) is None
