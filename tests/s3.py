"""A server on this machine that speaks S3's protocol."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import ProxyHandler, Request, build_opener

from moto.server import ThreadedMotoServer


@contextmanager
def s3_server(*buckets: str) -> Iterator[str]:
    """Yield its address; the buckets are there and empty."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        direct = build_opener(ProxyHandler({}))  # obstore makes no buckets
        for bucket in buckets:
            direct.open(Request(f"http://{host}:{port}/{bucket}", method="PUT")).close()
        yield f"http://{host}:{port}"
    finally:
        server.stop()
