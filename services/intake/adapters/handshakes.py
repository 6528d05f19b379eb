"""Whether a port that says nothing waits for TLS (RFC 8314 3: implicit TLS)."""

import socket
import ssl


def speaks_tls(host: str, port: int, patience: float) -> bool:
    """Whether a handshake succeeds; nothing is said through it, so nobody need be trusted.

    Blocks for up to `patience` seconds for the connection and as many for the handshake.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), patience) as plain,
            context.wrap_socket(plain),
        ):
            return True
    except OSError:
        return False
