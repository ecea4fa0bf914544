"""The conditions for sitting the exam as published, each with the document that it comes from."""

from dataclasses import dataclass

from college.core.text import say
from college.people.employment.models import Capacity
from college.people.qualifications.models import Level
from college.people.schooling.models import Education

E, L = Education, Level
BEIJING = "北京市"
FIRST_EXAM, FIRST_SENIOR_EXAM = 2008, 2019
RULES_CITED = say("国人部发〔2006〕71号 of 20 July 2006, as in the exam notice of 2025")
SENIOR_CITED = say("人社部规〔2018〕2号 of 6 March 2018, as in the exam notice of 2025")
# which posts are social work is nowhere listed: the examining office decides case by case
POSTS_COUNTED = (Capacity.STATION_WORKER, Capacity.COMMUNITY_WORKER, Capacity.SUPERVISOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityData:
    level: Level
    education: Education
    practice_years: int
    needs_social_work_major: bool = False
    takes_graduating: bool = False
    after_level: Level | None = None
    from_year: int = FIRST_EXAM
    to_year: int | None = None
    citation: str = RULES_CITED


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeData:
    province: str = ""
    years_before: int = 0
    month: int = 12
    day: int = 31
    study_counts: bool = False
    capacities: tuple[Capacity, ...] = POSTS_COUNTED
    from_year: int = FIRST_EXAM
    to_year: int | None = None
    citation: str


def _way(level: Level, education: Education, years: int) -> EligibilityData:
    return EligibilityData(level=level, education=education, practice_years=years)


def _social_work(
    level: Level, education: Education, years: int, *, takes_graduating: bool = False
) -> EligibilityData:
    return EligibilityData(
        level=level,
        education=education,
        practice_years=years,
        needs_social_work_major=True,
        takes_graduating=takes_graduating,
    )


RULES = (
    _way(L.ASSISTANT, E.SECONDARY, 4),
    _social_work(L.ASSISTANT, E.JUNIOR_COLLEGE, 2),
    _social_work(L.ASSISTANT, E.BACHELOR, 0, takes_graduating=True),
    _way(L.ASSISTANT, E.JUNIOR_COLLEGE, 4),
    _way(L.ASSISTANT, E.BACHELOR, 2),
    EligibilityData(
        level=L.SOCIAL_WORKER, education=E.SECONDARY, practice_years=6, after_level=L.ASSISTANT
    ),
    _social_work(L.SOCIAL_WORKER, E.JUNIOR_COLLEGE, 4),
    _social_work(L.SOCIAL_WORKER, E.BACHELOR, 3),
    _social_work(L.SOCIAL_WORKER, E.MASTER, 1),
    _social_work(L.SOCIAL_WORKER, E.DOCTORATE, 0),
    # of other majors two years more than of social work
    _way(L.SOCIAL_WORKER, E.JUNIOR_COLLEGE, 6),
    _way(L.SOCIAL_WORKER, E.BACHELOR, 5),
    _way(L.SOCIAL_WORKER, E.MASTER, 3),
    _way(L.SOCIAL_WORKER, E.DOCTORATE, 2),
    EligibilityData(
        level=L.SENIOR,
        education=E.BACHELOR,
        practice_years=5,
        after_level=L.SOCIAL_WORKER,
        from_year=FIRST_SENIOR_EXAM,
        citation=SENIOR_CITED,
    ),
)
PRACTICE = (
    PracticeData(
        citation=say(
            "Exam notice of 2025: to 31 December of the exam year, without full-time study. Which "
            "posts count is the college's reading; the examining office decides."
        )
    ),
    PracticeData(
        province=BEIJING,
        years_before=1,
        from_year=2025,
        to_year=2025,
        citation=say("Beijing's exam notice of 2025: to 31 December 2024"),
    ),
)
