"""Which id recipients see, told by the provider's answer to DATA."""

import pytest

from services.notify.domain.receipts import provider_id

OURS = "<s.token.id@desk.example>"
RAW = f"Message-ID: {OURS}\r\n\r\n".encode()
SES = "0102018f1c2d3e4f-01234567-89ab-cdef-0123-456789abcdef-000000"


@pytest.mark.parametrize(
    ("answer", "host", "theirs"),
    [
        ("2.0.0 Ok: queued as 4XYZ12", "mail.desk.example", None),
        ("OK  1716901234 d9443c01a7336-1f4 - gsmtp", "smtp.gmail.com", None),
        (f"2.6.0 {OURS} [InternalId=42, Hostname=X] Queued mail for delivery", "o365", None),
        ("2.6.0 <AM0PR@eur.prod.outlook.com> [InternalId=42] Queued", "o365",
         "<AM0PR@eur.prod.outlook.com>"),
        (f"Ok {SES}", "email-smtp.eu-west-1.amazonaws.com", f"<{SES}@eu-west-1.amazonses.com>"),
        (f"Ok {SES}", "email-smtp.us-east-1.amazonaws.com", f"<{SES}@email.amazonses.com>"),
        (f"Ok {SES}", "mail.desk.example", None),
        ("Ok", "email-smtp.us-east-1.amazonaws.com", None),
        ("queued <=?utf-8?q?=0D=0AX:1?=@b>", "x", None),
        ("queued <no-at> <a b@c>", "x", None),
        ("<" * 100_000, "x", None),
    ],
)  # fmt: skip
def test_an_id_is_taken_only_when_it_is_another_one(
    answer: str, host: str, theirs: str | None
) -> None:
    assert provider_id(answer, host, RAW) == theirs
