"""A line to PostgreSQL that can fall silent: who calls is connected, and nobody answers."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit


class Relay:
    """Passes everything on to the server of `url`, or takes calls and says nothing."""

    def __init__(self, url: str) -> None:
        self._url, self._is_silent, self._calls = url, False, list[socket.socket]()
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._answer, daemon=True).start()

    @property
    def url(self) -> str:
        parts = urlsplit(self._url)
        user, _, _ = parts.netloc.rpartition("@")
        port = self._door.getsockname()[1]
        return f"{parts.scheme}://{user}@127.0.0.1:{port}{parts.path}"

    def fall_silent(self) -> None:
        self._is_silent = True

    def speak(self) -> None:
        """Pass on what comes from now on; who was kept waiting is hung up on."""
        self._is_silent = False
        self._hang_up()

    def stop(self) -> None:
        self._door.close()
        self._hang_up()

    def _hang_up(self) -> None:
        while self._calls:
            self._calls.pop().close()

    def _answer(self) -> None:
        with suppress(OSError):  # the door is closed at the end
            while True:
                call, _ = self._door.accept()
                self._calls.append(call)
                if not self._is_silent:
                    self._connect(call)

    def _connect(self, call: socket.socket) -> None:
        server = _connected(self._url)
        self._calls.append(server)
        for one, other in ((call, server), (server, call)):
            threading.Thread(target=_pass_on, args=(one.recv, other), daemon=True).start()


def _pass_on(receive: Callable[[int], bytes], to: socket.socket) -> None:
    with suppress(OSError):  # one of the two hung up
        while said := receive(65536):
            to.sendall(said)
    with suppress(OSError):
        to.shutdown(socket.SHUT_RDWR)


def _connected(url: str) -> socket.socket:
    """To the server's port, or to the socket in the folder that the address names."""
    parts = urlsplit(url)
    folder = parse_qs(parts.query).get("host", [""])[0]
    if not folder:
        return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 5432))
    line = socket.socket(socket.AF_UNIX)
    line.connect(f"{folder}/.s.PGSQL.{parts.port or 5432}")
    return line
