"""What the provider publishes about itself: its addresses and its keys, kept for an hour."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from college.core import clock
from college.people.oidc.asking import ask
from college.people.oidc.provider import Provider, ProviderAway

KEPT = timedelta(hours=1)
SPARED = timedelta(seconds=10)  # after a failure the next ones are not tried: they would wait too
OK = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Addresses:
    authorization: str
    token: str
    keys: str
    userinfo: str  # "" where there is none
    takes_basic: bool  # how it wants to hear the client's secret
    names_itself: bool  # in each answer (RFC 9207)


class Documents:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._addresses: tuple[datetime, Addresses] | None = None
        self._keys: tuple[datetime, KeySet] | None = None
        self._failed_at: datetime | None = None

    def addresses(self) -> Addresses:
        """Raises ProviderAway."""
        if self._addresses is None or self._addresses[0] + KEPT < clock.now():
            self._addresses = clock.now(), self._read_addresses()
        return self._addresses[1]

    def keys(self, *, anew: bool = False) -> KeySet:
        """Those to verify signatures with; `anew` when one is asked for that they lack."""
        if anew or self._keys is None or self._keys[0] + KEPT < clock.now():
            self._keys = clock.now(), self._read_keys()
        return self._keys[1]

    def _read_addresses(self) -> Addresses:
        issuer = self._provider.issuer
        read = self._published(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if read.get("issuer") != issuer:
            raise self._unusable("it names itself otherwise than COLLEGE_OIDC_ISSUER")
        methods = read.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Addresses(
            authorization=self._allowed(read.get("authorization_endpoint")),
            token=self._allowed(read.get("token_endpoint")),
            keys=self._allowed(read.get("jwks_uri")),
            userinfo=self._allowed(read.get("userinfo_endpoint", ""), may_lack=True),
            takes_basic="client_secret_basic" in methods if isinstance(methods, list) else True,
            names_itself=read.get("authorization_response_iss_parameter_supported") is True,
        )

    def _read_keys(self) -> KeySet:
        read = self._published(self.addresses().keys)
        try:
            return KeySet.import_key_set({"keys": read["keys"]})
        except (JoseError, KeyError, TypeError, ValueError, AttributeError):
            raise self._unusable("its keys cannot be read") from None

    def _published(self, url: str) -> dict[str, Any]:
        failed_at = self._failed_at
        if failed_at is not None and clock.now() < failed_at + SPARED:
            raise ProviderAway(**self._provider.names)
        try:
            answer = ask(self._provider, url)
        except ProviderAway:
            self._failed_at = clock.now()
            raise
        if answer.status != OK:
            raise self._unusable(f"{answer.status} for what it should publish")
        return dict(answer.body)

    def _allowed(self, url: object, *, may_lack: bool = False) -> str:
        if may_lack and url == "":
            return ""
        if not isinstance(url, str) or not self._provider.may_be_asked(url):
            raise self._unusable("an address that COLLEGE_OIDC_HOSTS does not allow")
        return url

    def _unusable(self, why: str) -> ProviderAway:
        """For the operator to read in the log; whoever signs in cannot mend it."""
        log.error("what the sign-in provider publishes is of no use: %s", why)
        self._failed_at = clock.now()
        return ProviderAway(**self._provider.names)


@lru_cache(maxsize=4)
def documents_of(provider: Provider) -> Documents:
    return Documents(provider)
