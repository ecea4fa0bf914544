"""What somebody earned, before it is on record; and what of it is to be recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from college.core import crypto
from college.people.qualifications.models import Level, PassBasis
from college.people.qualifications.queries import ByExam, ranks_held, withdrawn_of

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
    def by_exam(self) -> ByExam:
        return self.level, self.basis, self.region, self.exam_year

    @property
    def facts(self) -> dict[str, object]:
        facts = {name: getattr(self, name) for name in self.__slots__}
        number = facts.pop("management_no")
        return facts | {"management_no_sealed": crypto.seal(number) if number else None}


def still_to_record(earned: Sequence[Earned]) -> list[Earned]:
    """Without what is held by as good a line, and what somebody withdrew: nobody is asked twice."""
    ids = {each.person_id for each in earned}
    held, withdrawn = ranks_held(ids), withdrawn_of(ids)
    new = {
        (each.person_id, each.level, each.basis): each
        for each in earned
        if each.basis.rank > held.get((each.person_id, each.level), -1)
        and (each.person_id, each.by_exam) not in withdrawn
    }
    return list(new.values())
