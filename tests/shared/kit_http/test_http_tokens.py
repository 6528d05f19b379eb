"""Attacks on tokens (class A): each is a 401 and nothing else (reliability.md T25, T26, T28)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from shared.kit.jwt import SigningKey, generate_pem, sign, signing_key
from tests.shared.kit_http.conftest import Desk
from tests.shared.kit_http.desk import Person, desk_key


def b64(raw: bytes | str | dict[str, Any]) -> str:
    if isinstance(raw, dict):
        raw = json.dumps(raw)
    if isinstance(raw, str):
        raw = raw.encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


HEADER = {"alg": "RS256", "kid": "desk-1", "typ": "at+jwt"}


def rsa_sign(signed: str, key: SigningKey | None = None, algorithm: Any = None) -> str:
    private = (key or desk_key()).key.prepared_key
    return b64(private.sign(signed.encode(), padding.PKCS1v15(), algorithm or hashes.SHA256()))


def made(header: Any = None, payload: Any = None, key: SigningKey | None = None) -> str:
    """A token whose signature is good over whatever it holds."""
    base = {"iss": "sanad", **Person().claims()}
    signed = f"{b64(header or HEADER)}.{b64(payload if payload is not None else base)}"
    return f"{signed}.{rsa_sign(signed, key)}"


def bent(**changes: Any) -> Callable[[], str]:
    def build() -> str:
        claims = {"iss": "sanad", **Person().claims(), **changes}
        return made(payload={name: value for name, value in claims.items() if value is not ...})

    return build


def timed(**seconds: float) -> Callable[[], str]:
    """Claims that lie so many seconds from the moment that the token is made."""

    def build() -> str:
        now = datetime.now(UTC).timestamp()
        return bent(**{name: now + offset for name, offset in seconds.items()})()

    return build


def raw_payload(extra: str) -> Callable[[], str]:
    def build() -> str:
        text = json.dumps({"iss": "sanad", **Person().claims()})
        return made(payload=text[:-1] + extra + "}")

    return build


def public_pem() -> bytes:
    public = desk_key().key.prepared_key.public_key()
    pem: bytes = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem


def public_der() -> bytes:
    public = desk_key().key.prepared_key.public_key()
    der: bytes = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return der


def hmac_token(secret: bytes, algorithm: str = "HS256") -> str:
    signed = f"{b64({**HEADER, 'alg': algorithm})}.{b64({'iss': 'sanad', **Person().claims()})}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def malleable() -> str:
    """Another spelling of a good signature: the last character's spare bits changed."""
    token = Person().token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def stranger() -> SigningKey:
    return signing_key("desk-1", generate_pem())


NOW = datetime.now(UTC).timestamp()
ATTACKS: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "a word": lambda: "admin",
    "dots": lambda: "..",
    "two parts": lambda: Person().token().rpartition(".")[0],
    "four parts": lambda: Person().token() + ".x",
    "no signature": lambda: Person().token().rpartition(".")[0] + ".",
    "alg none": lambda: made(header={**HEADER, "alg": "none"}).rpartition(".")[0] + ".",
    "alg None in odd case": lambda: made(header={**HEADER, "alg": "nOnE"}),
    "hmac with the public PEM": lambda: hmac_token(public_pem()),
    "hmac with the public DER": lambda: hmac_token(public_der()),
    "hmac with an empty key": lambda: hmac_token(b""),
    "hmac that claims RS256": lambda: hmac_token(public_der(), "RS256"),
    "another algorithm": lambda: made(header={**HEADER, "alg": "RS384"}),
    "PS256": lambda: made(header={**HEADER, "alg": "PS256"}),
    "algorithm as a list": lambda: made(header={**HEADER, "alg": ["RS256"]}),
    "no algorithm": lambda: made(header={"kid": "desk-1", "typ": "at+jwt"}),
    "another key under our id": lambda: made(key=stranger()),
    "unknown key id": lambda: made(header={**HEADER, "kid": "other"}),
    "no key id": lambda: made(header={"alg": "RS256", "typ": "at+jwt"}),
    "key id as a path": lambda: made(header={**HEADER, "kid": "../../keys/master"}),
    "key id as SQL": lambda: made(header={**HEADER, "kid": "' or '1'='1"}),
    "typ JWT": lambda: made(header={**HEADER, "typ": "JWT"}),
    "no typ": lambda: made(header={"alg": "RS256", "kid": "desk-1"}),
    "crit": lambda: made(header={**HEADER, "crit": ["exp"]}),
    "jku": lambda: made(header={**HEADER, "jku": "http://evil/jwks"}),
    "x5u": lambda: made(header={**HEADER, "x5u": "http://evil/x"}),
    "embedded jwk": lambda: made(header={**HEADER, "jwk": stranger().public_jwk()}),
    "zip": lambda: made(header={**HEADER, "zip": "DEF"}),
    "b64 false": lambda: made(header={**HEADER, "b64": False}),
    "nested header": lambda: made(header='{"alg":' + "[" * 2000),
    "deep header objects": lambda: made(header='{"a":' * 40 + "1" + "}" * 40),
    "huge header": lambda: made(header={**HEADER, "kid": "x" * 300}),
    "header not an object": lambda: made(header='["RS256"]'),
    "header not JSON": lambda: made(header="RS256"),
    "algorithm twice": lambda: made(
        header='{"alg":"none","alg":"RS256","kid":"desk-1","typ":"at+jwt"}'
    ),
    "beyond 4 KB": bent(scope="x" * 5000),
    "no exp": bent(exp=...),
    "no iat": bent(iat=...),
    "no aud": bent(aud=...),
    "no iss": bent(iss=...),
    "no sub": bent(sub=...),
    "no jti": bent(jti=...),
    "expired": timed(iat=-700, exp=-100),
    "expired just beyond the leeway": timed(iat=-600, exp=-31),
    "from the future": timed(iat=200, exp=700),
    "valid later": timed(nbf=300),
    "lives too long": timed(exp=86400),
    "ends before it begins": timed(exp=-5, iat=0),
    "exp as text": bent(exp="9999999999"),
    "exp true": bent(exp=True),
    "exp null": bent(exp=None),
    "exp as a list": bent(exp=[NOW + 600]),
    "exp 1e400": raw_payload(',"x":1e400'),
    "exp NaN": raw_payload(',"x":NaN'),
    "exp -Infinity": raw_payload(',"x":-Infinity'),
    "exp of four thousand digits": raw_payload(',"exp":' + "9" * 1500),
    "negative iat": bent(iat=-1),
    "exp twice": raw_payload(f',"exp":{int(NOW) + 99999}'),
    "roles twice": raw_payload(',"roles":["admin"]'),
    "another issuer": bent(iss="someone"),
    "issuer as a list": bent(iss=["sanad"]),
    "another audience": bent(aud="tickets"),
    "audiences as a list": bent(aud=["sanad-api", "tickets"]),
    "empty audience": bent(aud=""),
    "no kind": bent(kind=...),
    "kind system": bent(kind="system"),
    "kind anonymous": bent(kind="anonymous"),
    "subject no UUID": bent(sub="admin"),
    "subject a number": bent(sub=1),
    "organization no UUID": bent(org="all"),
    "organization a list": bent(org=[str(uuid4())]),
    "roles a text": bent(roles="admin"),
    "roles nested": bent(roles=[["admin"]]),
    "unknown locale": bent(locale="xx"),
    "payload a list": lambda: made(payload='["admin"]'),
    "payload nested": bent(roles=[], act={"sub": "x"}),
    "payload empty": lambda: made(payload="{}"),
    "payload broken UTF-8": lambda: made(payload=b'{"sub":"\xff"}'),
    "signature with spare bits": malleable,
    "signature padded": lambda: Person().token() + "=",
    "signature cut": lambda: Person().token()[:-4],
    "signature doubled": lambda: Person().token() + Person().token().rpartition(".")[2],
    "blank inside": lambda: Person().token().replace(".", ". ", 1),
    "standard base64": lambda: Person().token().replace("-", "+").replace("_", "/") + "+/",
    "flipped payload bit": lambda: Person().token().replace(".ey", ".fy", 1),
    "another hash": lambda: _with_hash(hashes.SHA512()),
}


def _with_hash(algorithm: Any) -> str:
    signed = f"{b64(HEADER)}.{b64({'iss': 'sanad', **Person().claims()})}"
    return f"{signed}.{rsa_sign(signed, algorithm=algorithm)}"


@pytest.mark.parametrize("name", ATTACKS)
async def test_forged_and_malformed_tokens_are_refused(desk: Desk, name: str) -> None:
    headers = {"Authorization": f"Bearer {ATTACKS[name]()}", "Accept-Language": "en"}
    answer = await desk.http.get("/v1/notes", headers=headers)
    assert answer.status_code == 401, name
    assert answer.json()["code"] == "unauthorized"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["Basic YTpi", "Bearer", "bearer ", "Token x", "Bearer é", "Bearer a b"]
)
async def test_other_ways_to_sign_in_are_refused(desk: Desk, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")}
    # Raw bytes, which httpx sends but does not name among its types.
    answer = await desk.http.get("/v1/notes", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 401


async def test_two_tokens_at_once_are_refused(desk: Desk) -> None:
    value = f"Bearer {Person().token()}"
    answer = await desk.http.get(
        "/v1/notes", headers=[("Authorization", value), ("Authorization", value)]
    )
    assert answer.status_code == 401


async def test_the_table_can_tell_good_from_bad(desk: Desk) -> None:
    for token in (made(), bent()(), Person().token(), bent(nbf=NOW - 50)()):
        answer = await desk.http.get("/v1/notes", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200


async def test_thirty_seconds_of_clock_difference_are_forgiven(desk: Desk) -> None:
    now = datetime.now(UTC).timestamp()
    for change in ({"iat": now - 600, "exp": now - 20}, {"iat": now + 20, "exp": now + 600}):
        token = Person().token(**change)
        answer = await desk.http.get("/v1/notes", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200


async def test_a_cached_token_ends_all_the_same(desk: Desk) -> None:
    person = Person()
    headers = person.headers()
    assert (await desk.http.get("/v1/notes", headers=headers)).status_code == 200
    desk.service.validity.note(person.session, datetime.now(UTC))
    assert (await desk.http.get("/v1/notes", headers=headers)).status_code == 401
    other_session = Person(id=person.id).headers()
    assert (await desk.http.get("/v1/notes", headers=other_session)).status_code == 200


async def test_a_token_issued_right_after_a_change_of_rights_is_good(desk: Desk) -> None:
    person, now = Person(), datetime.now(UTC)
    desk.service.validity.note(person.id, now)
    for milliseconds, status in ((-2, 401), (2, 200)):
        token = person.token(iat=round(now.timestamp() + milliseconds / 1000, 3))
        headers = {"Authorization": f"Bearer {token}"}
        assert (await desk.http.get("/v1/notes", headers=headers)).status_code == status


async def test_scopes_and_roles_decide_and_a_bound_client_is_no_colleague(desk: Desk) -> None:
    reader = Person(scope="notes:read").headers()
    assert (await desk.http.post("/v1/notes", json={}, headers=reader)).status_code == 403
    path = f"/v1/notes/{uuid4()}"
    agent, client = Person(roles=["agent"]), Person(roles=[], kind="client")
    assert (await desk.http.patch(path, headers=agent.headers())).status_code == 403
    assert (await desk.http.patch(path, headers=client.headers())).status_code == 403
    unbound = {"Authorization": f"Bearer {client.token(org=None)}"}
    assert (await desk.http.patch(path, headers=unbound)).status_code == 200
    anyone = Person(scope="", roles=["customer"]).headers()
    assert (await desk.http.post("/v1/notes/own", headers=anyone)).status_code == 201


async def test_only_named_services_pass_the_inner_door(desk: Desk) -> None:
    def service(name: str, audience: str = "sla") -> dict[str, str]:
        token = Person(kind="service").token(sub=name, aud=audience, org=..., sid=...)
        return {"Authorization": f"Bearer {token}"}

    good = await desk.ops.get("/internal/notes/x", headers=service("notify"))
    assert (good.status_code, good.json()) == (200, {"service": "notify"})
    assert (await desk.ops.get("/internal/notes/x", headers=service("intake"))).status_code == 403
    elsewhere = service("notify", audience="tickets")
    assert (await desk.ops.get("/internal/notes/x", headers=elsewhere)).status_code == 401
    person = Person().headers()
    assert (await desk.ops.get("/internal/notes/x", headers=person)).status_code == 401
    outside = service("notify", audience="sanad-api")
    assert (await desk.http.get("/v1/notes", headers=outside)).status_code == 403


def test_a_signed_token_carries_what_verifiers_demand() -> None:
    token = sign(desk_key(), Person().claims())
    header, payload, _ = (json.loads(_part(part)) for part in [*token.split(".")[:2], "e30"])
    assert header == HEADER
    assert payload["iss"] == "sanad"


def _part(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
