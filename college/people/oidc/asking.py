"""Asking the provider: one request, bounded in time and size, to a named place and no further.

No redirect is followed, no proxy or password file of the machine is looked at, and what is slow
holds few of the college's threads.
"""

import json
import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from threading import BoundedSemaphore, Event, Timer
from typing import Any
from urllib.parse import urlencode, urlsplit

from college.people.oidc.provider import Provider, ProviderAway

SECONDS = 4.0  # to connect, and for each piece of the answer
WHOLE_SECONDS = 8.0  # for an answer that trickles
MOST_BYTES = 256 * 1024
AT_ONCE, WAIT_SECONDS = 3, 2.0  # of this process; who comes too late is told to come back
BROKEN = 500
_places = BoundedSemaphore(AT_ONCE)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Any]


def ask(
    provider: Provider,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """GET, or with `form` POST; what comes back is a JSON object. Raises ProviderAway."""
    if not provider.may_be_asked(url):
        raise _away(provider, "an address that the settings do not allow")
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise _away(provider, "others wait for it already")
    try:
        status, raw = _asked(provider, url, form, headers or {})
    except (OSError, HTTPException, UnicodeError) as error:
        raise _away(provider, type(error).__name__) from None  # its words may hold the address
    finally:
        _places.release()
    if status >= BROKEN or len(raw) > MOST_BYTES:
        raise _away(provider, f"{status}, {len(raw)} bytes")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise _away(provider, f"{status}, no JSON") from None
    if not isinstance(body, dict):
        raise _away(provider, f"{status}, no JSON object")
    return Answer(status, body)


def _asked(
    provider: Provider, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    parts, body = urlsplit(url), None if form is None else urlencode(form)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    connection = _connection(provider, url)
    try:
        connection.connect()
        with _until_too_late(connection) as is_late:
            connection.request("GET" if form is None else "POST", path, body, sent)
            answer = connection.getresponse()
            raw = answer.read(MOST_BYTES + 1)
        if is_late.is_set():
            raise TimeoutError
        return answer.status, raw
    finally:
        connection.close()


def _connection(provider: Provider, url: str) -> HTTPConnection:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "http":  # on the machine itself: the settings allow no other
        return HTTPConnection(host, port, timeout=SECONDS)
    trust = ssl.create_default_context(cafile=provider.ca or None)
    return HTTPSConnection(host, port, timeout=SECONDS, context=trust)


@contextmanager
def _until_too_late(connection: HTTPConnection) -> Iterator[Event]:
    """Cut the line when the whole takes too long: each piece may come in time, and all never."""
    is_late = Event()

    def cut() -> None:
        is_late.set()
        try:
            connection.sock.shutdown(SHUT_RDWR)
        except (OSError, AttributeError):
            log.debug("the line ended by itself")

    timer = Timer(WHOLE_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_late
    finally:
        timer.cancel()


def _away(provider: Provider, why: str) -> ProviderAway:
    log.warning("sign-in provider away: %s", why)
    return ProviderAway(**provider.names)
