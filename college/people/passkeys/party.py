"""Who the college is to a device that keeps passkeys: a name and an origin, by its public address.

A passkey is made for one name and answers to no other: that is why it cannot be phished.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app

from college.core.errors import RuleBroken
from college.core.text import say

USUAL_PORTS = {"http": 80, "https": 443}
LOCAL = "localhost"  # what browsers take for this very machine, whose number has no passkeys


class NoName(RuleBroken):
    code = "no_name"
    message = say(
        "Passkeys need an address with a name. This college is reached by a number, so please "
        "sign in with your password."
    )


@dataclass(frozen=True, slots=True)
class Party:
    id: str
    origin: str


def party() -> Party:
    """Raises NoName where the public address is a number, for which browsers make no passkeys."""
    url = urlsplit(current_app.config["PUBLIC_URL"])
    name = _name(url.hostname or "")
    is_usual = url.port in {None, USUAL_PORTS.get(url.scheme)}
    return Party(name, f"{url.scheme}://{name}" + ("" if is_usual else f":{url.port}"))


def _name(host: str) -> str:
    try:
        number = ip_address(host)
    except ValueError:
        return host.encode("idna").decode()  # as the browser writes 学院.example
    if number.is_loopback:
        return LOCAL
    raise NoName
