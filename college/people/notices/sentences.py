"""What a kind of notice says, as its sentences; `wording.py` has them all."""

from collections.abc import Sequence
from dataclasses import dataclass

from college.core.deeds import Sentence


@dataclass(frozen=True, slots=True)
class Wording:
    """`page` is an address of the college with blanks.

    Without one of them it leads to `otherwise`; that is "" for nowhere.
    """

    subject: str
    told: Sequence[Sentence]
    page: str = ""
    otherwise: str = ""
