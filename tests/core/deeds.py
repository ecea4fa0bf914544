"""What a helper may be made to do, for test_helper.py."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

from college.core.errors import RuleBroken


class Refused(RuleBroken):
    code = "refused"


class Stranger:
    """A class that nobody agreed upon."""


REFUSALS = (Refused,)


def act(what: str, *arguments: object) -> object:
    return DEEDS[what](*arguments)


def die(*_: object) -> None:
    """As a parser does that trips over a damaged file."""
    os.kill(os.getpid(), signal.SIGSEGV)


def eat_all(*_: object) -> int:
    return eat()


def hang(*_: object) -> None:
    loop()


def eat() -> int:
    return len(bytearray(2 * 1024**3))


def loop() -> None:
    while True:
        pass


def refuse() -> None:
    raise Refused(name="李雷")


def leak() -> None:
    raise KeyError("李雷 152301199003074813")


def connect(port: int) -> str:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return "connected"
    except OSError as error:
        return type(error).__name__


def run() -> str:
    try:
        return subprocess.run(["id"], capture_output=True, text=True, check=True).stdout
    except OSError as error:
        return type(error).__name__


def tell(what: str) -> object:
    """Say who does it on what the helper shares with its owner, so that all know it has begun."""
    print(os.getpid(), file=sys.stderr, flush=True)  # noqa: T201
    return DEEDS[what]()


DEEDS: dict[str, Callable[..., object]] = {
    "echo": lambda *words: words,
    "eat": eat,
    "loop": loop,
    "sleep": lambda: __import__("time").sleep(60),
    "crash": os.abort,
    "leave": lambda: os._exit(0),
    "refuse": refuse,
    "leak": leak,
    "connect": connect,
    "run": run,
    "print": lambda: sys.stdout.write("among the answers") and None,
    "secrets": lambda: [name for name in os.environ if name.startswith("COLLEGE_")],
    "pid": os.getpid,
    "tell": tell,
    "stranger": Stranger,
}
