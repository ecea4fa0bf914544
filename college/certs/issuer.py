"""Who issues: what every paper says of the college, and where its QR code leads."""

from dataclasses import dataclass

VERIFY = "/verify"


@dataclass(frozen=True, slots=True)
class Issuer:
    """`code` begins every number; `public_url` has no final slash."""

    name: str
    code: str
    public_url: str

    @property
    def verify_address(self) -> str:
        """As printed for people to type: without the protocol."""
        return self.public_url.partition("://")[2] + VERIFY

    def link(self, code: str = "") -> str:
        """What the QR code of the paper holds; printed papers keep it for ever."""
        return self.public_url + VERIFY + (f"/{code}" if code else "")


_issuers: list[Issuer] = []


def use(issuer: Issuer) -> None:
    """Take the college's own. The factory calls it once."""
    _issuers[:] = [issuer]


def issuer() -> Issuer:
    return _issuers[0]
