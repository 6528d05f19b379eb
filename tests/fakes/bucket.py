"""A bucket on this machine: moto's S3 server, which stands for the world outside."""

import contextlib
import logging
from collections.abc import Iterator
from urllib.request import Request, urlopen


@contextlib.contextmanager
def bucket(name: str = "sanad-files") -> Iterator[str]:
    """Its `SANAD_FILES_URL`."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        with urlopen(Request(f"{endpoint}/{name}", method="PUT")):  # noqa: S310 - our own server
            pass
        yield f"s3://key:secret@{name}/desk?endpoint={endpoint}&region=us-east-1"
    finally:
        server.stop()
