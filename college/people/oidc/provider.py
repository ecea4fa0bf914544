"""The provider that the settings name, and what can go wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app

from college.core.errors import Conflict, DomainError, NotFound, RuleBroken, Unavailable
from college.core.text import say
from college.web.language import is_chinese

WAY_BACK = "/sign-in/provider/back"


class ProviderTrouble(DomainError):
    """Shown on a page of its own, which offers the password instead."""


class ProviderAway(ProviderTrouble, Unavailable):
    code = "provider_away"
    message = say(
        "The service “%(provider)s” does not answer at the moment. Nothing is wrong with your "
        "account: sign in with your password, or try again in a few minutes."
    )


class AnswerRefused(ProviderTrouble, RuleBroken):
    code = "answer_refused"
    message = say(
        "What the service “%(provider)s” answered could not be verified, so nobody was signed in. "
        "Begin again, or sign in with your password."
    )


class AnswerOld(ProviderTrouble, RuleBroken):
    code = "answer_old"
    message = say(
        "This sign-in was begun too long ago, in another browser, or was used already. Begin again."
    )


class TurnedBack(ProviderTrouble, RuleBroken):
    code = "turned_back"
    message = say(
        "The service “%(provider)s” did not sign you in: you turned back there, or it does not let "
        "your account in here. You can sign in with your password."
    )


class NotLinked(ProviderTrouble, Conflict):
    code = "not_linked"
    message = say("This account is not linked with an account of the college any more.")


@dataclass(frozen=True, slots=True)
class Provider:
    """`hosts` may be spoken to beside the issuer's own; `strong` is what counts as two factors."""

    issuer: str
    client_id: str
    secret: str
    scopes: str
    claim: str
    hosts: frozenset[str]
    strong: frozenset[str]
    ca: str
    way_back: str
    label: str
    label_en: str

    @property
    def names(self) -> dict[str, str]:
        """What fills the blank of a sentence about it, in the reader's language."""
        return {"provider": self.label, "provider_en": self.label_en}

    def may_be_asked(self, url: str) -> bool:
        """Its own host and those of the settings, never with less than the issuer's own scheme.

        The provider's word alone leads nowhere: else whoever speaks for it could have the college
        ask its neighbours in the network.
        """
        if not url.isascii() or not url.isprintable() or " " in url:
            return False  # what one reads as a break another leaves out
        try:
            parts, own = urlsplit(url), urlsplit(self.issuer)
            port = parts.port
        except ValueError:
            return False
        is_plain = parts.username is None and parts.password is None and not parts.fragment
        is_secure = parts.scheme == "https" or (parts.scheme == own.scheme == "http")
        if parts.hostname == own.hostname:
            return is_plain and is_secure and port == own.port
        return (
            is_plain and parts.scheme == "https" and port is None and parts.hostname in self.hosts
        )


def install(app: Flask) -> None:
    app.jinja_env.globals.update(provider_name=provider_name)


def chosen() -> Provider:
    """Raises NotFound where the settings name none."""
    if not is_offered():
        raise NotFound
    return provider_of(current_app.config)


def provider_of(config: Mapping[str, Any]) -> Provider:
    return Provider(
        issuer=config["OIDC_ISSUER"],
        client_id=config["OIDC_CLIENT_ID"],
        secret=config["OIDC_CLIENT_SECRET"].get_secret_value(),
        scopes=config["OIDC_SCOPES"],
        claim=config["OIDC_CLAIM"],
        hosts=frozenset(config["OIDC_HOSTS"].replace(",", " ").split()),
        strong=frozenset(config["OIDC_SECOND_FACTOR"].replace(",", " ").split()),
        ca=config["OIDC_CA"],
        way_back=f"{config['PUBLIC_URL']}{WAY_BACK}",
        label=config["OIDC_LABEL"],
        label_en=config["OIDC_LABEL_EN"],
    )


def is_offered() -> bool:
    return bool(current_app.config["OIDC_ISSUER"])


def provider_name() -> str:
    """What the button calls it; "" where there is none."""
    config = current_app.config
    return str(config["OIDC_LABEL" if is_chinese() else "OIDC_LABEL_EN"]) if is_offered() else ""
