"""The S3 stand-in on a port: python -m tests.gone.objects PORT.

What it was told before it was killed it plays again before it answers anybody.
"""

import sys
from urllib.request import ProxyHandler, Request, build_opener

from moto.server import ThreadedMotoServer, main


def told_again() -> None:
    private = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    private.start()
    host, port = private.get_host_and_port()
    direct = build_opener(ProxyHandler({}))
    for deed in ("replay-recording", "start-recording"):
        address = f"http://{host}:{port}/moto-api/recorder/{deed}"
        direct.open(Request(address, method="POST")).close()
    private.stop()


if __name__ == "__main__":
    told_again()
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
