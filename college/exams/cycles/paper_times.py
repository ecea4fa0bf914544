"""When each paper of each level is written: one exam, but its levels sit on other days.

Kept as JSON in the exam year, since they are announced, read and changed together with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Self

from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTime:
    """One paper of one level: the day, from when until when, by the clock of the exam's place."""

    level: Level
    subject: Subject
    on: date
    starts: time
    ends: time

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> Self:
        return cls(
            level=Level(kept["level"]),
            subject=Subject(kept["subject"]),
            on=date.fromisoformat(kept["on"]),
            starts=time.fromisoformat(kept["starts"]),
            ends=time.fromisoformat(kept["ends"]),
        )

    @property
    def kept(self) -> dict[str, str]:
        return {
            "level": self.level.value,
            "subject": self.subject.value,
            "on": self.on.isoformat(),
            "starts": f"{self.starts:%H:%M}",
            "ends": f"{self.ends:%H:%M}",
        }

    @property
    def hours(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"
