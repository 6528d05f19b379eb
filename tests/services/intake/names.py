"""A name server of our own and mail signed with the key that it knows."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import dkim
import dns.message
import dns.rcode
import dns.rrset
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from typing_extensions import override

_KEY = rsa.generate_private_key(65537, 2048)
PRIVATE = _KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
PUBLIC = base64.b64encode(
    _KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()
RECORD = f"v=DKIM1; k=rsa; p={PUBLIC}"
SILENT = "silent.example"
"""About names below it nothing is ever answered."""
NAME = "s1._domainkey.client.example"
MAIL = b"From: Sara <sara@client.example>\r\nTo: a@b\r\nSubject: x\r\n\r\nIt is down.\r\n"


def signed(raw: bytes = MAIL, domain: bytes = b"client.example", **more: Any) -> bytes:
    head = dkim.sign(raw, b"s1", domain, PRIVATE, include_headers=[b"from", b"subject"], **more)
    return bytes(head) + raw


class _Server(asyncio.DatagramProtocol):
    """Answers one name, as a name server does; about others it says that they are not."""

    @override
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    @override
    def datagram_received(self, data: bytes, peer: Any) -> None:
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        name = question.question[0].name
        if str(name).endswith(f"{SILENT}."):
            return
        if str(name) == f"{NAME}.":
            parts = " ".join(f'"{RECORD[at : at + 200]}"' for at in range(0, len(RECORD), 200))
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", parts))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), peer)


@contextlib.asynccontextmanager
async def serving_names() -> AsyncIterator[str]:
    """The address of a running one."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(_Server, local_addr=("127.0.0.1", 0))
    yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    transport.close()
