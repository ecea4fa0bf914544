"""What somebody earned, before it is on record; and what of it is to be recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from college.core import crypto
from college.people.qualifications.models import Level, PassBasis
from college.people.qualifications.queries import ranks_held

Key = tuple[int, Level, PassBasis, str]  # person, level, by which line, where


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    person_id: int
    level: Level
    approved_on: date
    exam_year: int | None
    basis: PassBasis = PassBasis.NATIONAL
    region: str = ""
    evidence: str = ""
    management_no: str = ""  # as printed: no two provinces write it alike

    @property
    def key(self) -> Key:
        return self.person_id, self.level, self.basis, self.region

    @property
    def facts(self) -> dict[str, object]:
        facts = {name: getattr(self, name) for name in self.__slots__}
        number = facts.pop("management_no")
        return facts | {"management_no_sealed": crypto.seal(number) if number else None}


def still_to_record(earned: Sequence[Earned]) -> list[Earned]:
    """Without what is held by as good a line; of each person, level and line once."""
    held = ranks_held({each.person_id for each in earned})
    new = {
        (each.person_id, each.level, each.basis): each
        for each in earned
        if each.basis.rank > held.get((each.person_id, each.level), -1)
    }
    return list(new.values())
