"""What one signature of a PDF says, as plain facts: read in a helper, kept as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """`is_checked`: the signature is of a kind that can be checked; else nothing is proven.

    `is_whole`: the signed bytes are as they were, and nothing that counts was added since.

    `signed_at` is what the signer's clock said, None where the file does not say it. `is_known`:
    the chain ends at a certificate that the college trusts, `anchor`.
    """

    signer: str
    issuer: str
    signed_at: datetime | None
    is_whole: bool
    is_known: bool
    anchor: str = ""
    is_checked: bool = True

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        at = facts["signed_at"]
        moment = datetime.fromisoformat(at) if at else None
        return cls(**{**facts, "signed_at": moment})
