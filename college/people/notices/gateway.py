"""Text messages and WeCom: an HTTP request as the template of a provider says.

A template is data: an address, headers and a body with {blanks} in them, and what the answer holds
when the provider took it. Nothing in it is run.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from college.people.notices.channels import Letter, NotSent
from college.people.notices.models import Obstacle

OWN = Path(__file__).with_name("providers")
BLANK = re.compile(r"\{(\w+)\}")
BLANKS = frozenset({"phone", "short", "key", "account", "sign"})
PARTS = frozenset({"url", "headers", "json", "form", "taken_if"})
HERE = frozenset({"127.0.0.1", "::1", "localhost"})  # may be spoken to without TLS
CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
WHOLE_SECONDS = 30.0  # for an answer that trickles
MOST_BYTES = 64 * 1024
SHUT_OUT = {401, 403}
TOO_MANY, BROKEN = 429, 500  # and above: it may well take it later


class BadTemplate(ValueError):
    """The template of a provider cannot be used; the message says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Template:
    url: str
    taken_if: Mapping[str, object]  # each of these in the answer
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None


def template_of(name: str) -> Template:
    """The template that comes with the college by this name, or in a file. Raises BadTemplate."""
    path = OWN / f"{name}.json" if re.fullmatch(r"\w+", name) else Path(name)
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadTemplate(f"the template {name!r} cannot be read: {error}") from None
    if not isinstance(read, dict) or read.keys() - PARTS or not {"url", "taken_if"} <= read.keys():
        raise BadTemplate(
            f"the template {name!r} needs url and taken_if, and knows {sorted(PARTS)}"
        )
    if ("json" in read) is ("form" in read):
        raise BadTemplate(f"the template {name!r} needs either json or form")
    unknown = set(BLANK.findall(json.dumps(read))) - BLANKS
    if unknown:
        raise BadTemplate(f"the template {name!r} has unknown blanks: {sorted(unknown)}")
    return Template(**read)


def filled(part: Any, blanks: Mapping[str, str]) -> Any:
    """The same shape with each blank filled: what is put in stays text, whatever it holds."""
    if isinstance(part, Mapping):
        return {name: filled(value, blanks) for name, value in part.items()}
    if isinstance(part, list):
        return [filled(value, blanks) for value in part]
    if isinstance(part, str):
        return BLANK.sub(lambda blank: blanks[blank[1]], part)
    return part


class GatewayCarrier:
    leaves_machine = True

    def __init__(self, template: Template, blanks: Mapping[str, str], *, url: str = "") -> None:
        """`blanks` are those of the settings; `url` stands in place of the template's own."""
        self.template, self.blanks, self.url = template, blanks, url or template.url
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in HERE:
            raise BadTemplate("a provider is spoken to over https:// alone: keys go over the line")

    def send(self, letter: Letter) -> None:
        blanks = {**self.blanks, "phone": letter.to, "short": letter.short}
        until = monotonic() + WHOLE_SECONDS
        try:
            with self._asked(blanks) as answer:
                self._judge(answer.status_code, _body(answer, until))
        except requests.exceptions.SSLError as error:
            raise NotSent(Obstacle.UNTRUSTED, type(error).__name__) from None
        except requests.exceptions.RequestException as error:
            # not "from error": its words hold the address, and that may hold the key
            raise NotSent(Obstacle.UNREACHABLE, type(error).__name__) from None

    def _asked(self, blanks: Mapping[str, str]) -> requests.Response:
        quoted = {name: quote(value, safe="") for name, value in blanks.items()}
        return requests.post(
            filled(self.url, quoted),
            headers=filled(self.template.headers, blanks),
            json=filled(self.template.json, blanks),
            data=filled(self.template.form, blanks),
            auth=lambda request: request,  # none: else a .netrc of the machine would be looked at
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,  # what is private goes to the named place alone
            stream=True,
        )

    def _judge(self, status: int, body: bytes) -> None:
        if status in SHUT_OUT:
            raise NotSent(Obstacle.SHUT_OUT, str(status))
        if status >= BROKEN or status == TOO_MANY:
            raise NotSent(Obstacle.UNREACHABLE, str(status))
        try:
            said = json.loads(body)
        except ValueError:
            raise NotSent(Obstacle.REFUSED, str(status)) from None
        for name, wanted in self.template.taken_if.items():
            found = said.get(name) if isinstance(said, dict) else None
            if found != wanted or isinstance(found, bool) is not isinstance(wanted, bool):
                raise NotSent(Obstacle.REFUSED, _code(name, found, status))


def _code(name: str, found: object, status: int) -> str:
    """The provider's number for what is wrong; its words are not ours to keep."""
    return f"{name} {found}" if isinstance(found, int) else str(status)


def _body(answer: requests.Response, until: float) -> bytes:
    body = b""
    for part in answer.iter_content(4096):
        body += part
        if len(body) > MOST_BYTES or monotonic() > until:
            raise NotSent(Obstacle.UNREACHABLE, "too long")
    return body
