"""Who may sit: each example of the notice by name, and an oracle that counts day by day."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.cycles.data import INNER_MONGOLIA
from college.exams.eligibility.data import BEIJING, PRACTICE, RULES, PracticeData
from college.exams.eligibility.models import EligibilityRule, PracticeRule
from college.exams.eligibility.operations import adopt_conditions, adopt_counting
from college.exams.eligibility.practice import Stretch, days_of, full_months, months_before
from college.exams.eligibility.verdicts import Conditions, Known, Standing, Verdict, Way, verdict
from college.people.employment.models import Capacity
from college.people.qualifications.models import Level
from college.people.schooling.models import Education, Schooling
from tests.conftest import actor_of
from tests.factories import make_person

A, W, S = Level.ASSISTANT, Level.SOCIAL_WORKER, Level.SENIOR
E = Education
LONG_AGO = date(2005, 7, 1)
ONE_DAY = timedelta(days=1)


def diploma(education: Education, *, social_work: bool = False, **over: Any) -> Schooling:
    facts = {"graduated_on": LONG_AGO, "studied_from_on": None, **over}
    return Schooling(education=education, is_social_work=social_work, **facts)


def conditions(province: str = INNER_MONGOLIA, **closes_on: date) -> Conditions:
    rules = [EligibilityRule(**_facts(data)) for data in RULES]
    counting = [
        PracticeRule(**_facts(data) | {"capacities": [c.value for c in data.capacities]})
        for data in PRACTICE
    ]
    return Conditions(rules, counting, {int(k[1:]): v for k, v in closes_on.items()}, province)


def _facts(data: Any) -> dict[str, Any]:
    return {name: getattr(data, name) for name in data.__slots__}


def since(day: date) -> list[tuple[Capacity, Stretch]]:
    return [(Capacity.STATION_WORKER, Stretch(day, date.max))]


def full_years(years: int, year: int = 2026) -> list[tuple[Capacity, Stretch]]:
    """A post that has lasted just so many years at the end of the exam year."""
    return since(date(year - years + 1, 1, 1))


def judged(
    level: Level, *schooling: Schooling, practice: int = 0, year: int = 2026, **over: Any
) -> Verdict:
    posts = full_years(practice, year) if practice else []
    return verdict(Known(schooling=schooling, posts=posts, **over), conditions(), level, year)


def nearest(found: Verdict) -> Way:
    assert found.nearest is not None
    return found.nearest


# ---- the notice, line by line

# (level, diploma, major is social work, years of practice that it asks for)
NOTICE = [
    (A, E.SECONDARY, False, 4),
    (A, E.JUNIOR_COLLEGE, True, 2),
    (A, E.BACHELOR, True, 0),
    (A, E.MASTER, True, 0),
    (A, E.JUNIOR_COLLEGE, False, 4),
    (A, E.BACHELOR, False, 2),
    (A, E.DOCTORATE, False, 2),
    (W, E.JUNIOR_COLLEGE, True, 4),
    (W, E.BACHELOR, True, 3),
    (W, E.MASTER, True, 1),
    (W, E.DOCTORATE, True, 0),
    (W, E.JUNIOR_COLLEGE, False, 6),
    (W, E.BACHELOR, False, 5),
    (W, E.MASTER, False, 3),
    (W, E.DOCTORATE, False, 2),
]


@pytest.mark.parametrize(("level", "education", "social_work", "years"), NOTICE)
def test_each_line_of_the_notice_holds_to_the_year(level, education, social_work, years):
    held = diploma(education, social_work=social_work)

    assert judged(level, held, practice=years).standing is Standing.MAY_SIT
    if years:
        short = judged(level, held, practice=years - 1)
        assert short.standing is Standing.NOT_YET
        assert short.earliest_year == (2027 if years > 1 else None)  # without a post none ever


def test_secondary_school_and_the_assistants_certificate_then_six_years():
    held = diploma(E.SECONDARY)
    posts = since(date(2010, 1, 1))

    def at(approved_on: date) -> Standing:
        known = Known(schooling=[held], posts=posts, held={A: approved_on})
        return verdict(known, conditions(), W, 2026).standing

    assert at(date(2020, 12, 31)) is Standing.MAY_SIT
    assert at(date(2021, 1, 1)) is Standing.NOT_YET  # a day short of six years
    assert judged(W, held, practice=16).standing is Standing.NOT_YET


def test_senior_five_years_after_the_social_workers_certificate():
    held = diploma(E.BACHELOR)

    def at(approved_on: date, schooling: Schooling = held) -> Standing:
        known = Known(schooling=[schooling], posts=since(LONG_AGO), held={W: approved_on})
        return verdict(known, conditions(), S, 2026).standing

    assert at(date(2021, 12, 31)) is Standing.MAY_SIT
    assert at(date(2022, 1, 1)) is Standing.NOT_YET
    assert at(date(2015, 1, 1), diploma(E.JUNIOR_COLLEGE)) is Standing.NOT_YET


def test_who_graduates_in_social_work_this_year_may_sit_the_assistants_exam():
    soon = {"graduated_on": date(2026, 7, 1)}

    assert judged(A, diploma(E.BACHELOR, social_work=True, **soon)).standing is Standing.MAY_SIT
    assert judged(A, diploma(E.BACHELOR, **soon), practice=9).standing is Standing.NOT_YET
    late = diploma(E.BACHELOR, social_work=True, graduated_on=date(2027, 7, 1))
    assert judged(A, late).standing is Standing.NOT_YET
    assert judged(A, late).earliest_year == 2027


def test_any_other_diploma_is_held_when_registration_closes():
    held = diploma(E.BACHELOR, graduated_on=date(2026, 3, 22))
    known = Known(schooling=[held], posts=full_years(2))

    def closing(day: date) -> Standing:
        return verdict(known, conditions(y2026=day), A, 2026).standing

    assert closing(date(2026, 3, 22)) is Standing.MAY_SIT
    assert closing(date(2026, 3, 21)) is Standing.NOT_YET


def test_beijing_counted_to_the_end_of_the_year_before():
    known = Known(schooling=[diploma(E.BACHELOR)], posts=full_years(2, 2025))

    assert verdict(known, conditions(), A, 2025).standing is Standing.MAY_SIT
    there = verdict(known, conditions(BEIJING), A, 2025)
    assert there.standing is Standing.NOT_YET
    assert there.counting is not None
    assert there.counting.cut_off(2025) == date(2024, 12, 31)
    later = verdict(known, conditions(BEIJING), A, 2026).counting
    assert later is not None
    assert later.province == ""


def test_full_time_study_does_not_count_and_study_beside_the_work_does():
    two_years = {"graduated_on": date(2025, 6, 30)}
    full_time = diploma(E.BACHELOR, studied_from_on=date(2024, 7, 1), **two_years)

    assert judged(A, diploma(E.BACHELOR, **two_years), practice=2).standing is Standing.MAY_SIT
    assert judged(A, full_time, practice=2).standing is Standing.NOT_YET
    assert judged(A, full_time, practice=3).standing is Standing.MAY_SIT


def test_the_better_of_two_diplomas_decides():
    both = [diploma(E.JUNIOR_COLLEGE, social_work=True), diploma(E.BACHELOR)]

    found = judged(W, *both, practice=4)

    assert found.standing is Standing.MAY_SIT
    assert nearest(found).rule.education is E.JUNIOR_COLLEGE
    assert judged(W, both[1], practice=4).standing is Standing.NOT_YET


def test_volunteering_is_no_practice_and_stated_practice_is():
    known = {"schooling": [diploma(E.BACHELOR)]}
    years = Stretch(date(2020, 1, 1), date(2022, 12, 31))
    volunteer = Known(**known, posts=[(Capacity.VOLUNTEER, years)])
    stated = Known(**known, stated=[years])

    assert verdict(volunteer, conditions(), A, 2026).standing is Standing.NOT_YET
    assert verdict(stated, conditions(), A, 2026).standing is Standing.MAY_SIT


def test_who_holds_a_level_has_it_and_those_below():
    for level, standing in ((A, Standing.HELD), (W, Standing.HELD), (S, Standing.UNKNOWN)):
        assert judged(level, held={W: LONG_AGO}).standing is standing


def test_a_verdict_names_what_is_met_what_is_missing_and_its_rules():
    found = judged(W, diploma(E.BACHELOR), practice=3)

    way = nearest(found)
    assert [(c.is_met, dict(c.sentence.facts)["day"]) for c in way.conditions] == [
        (True, date(2025, 12, 31)),
        (False, date(2026, 12, 31)),
    ]
    assert (way.rule.practice_years, way.earliest_year) == (5, 2028)
    assert "71号" in way.rule.citation
    assert found.counting is not None
    assert "31 December" in found.counting.citation
    assert {w.missing for w in found.ways} == {1, 2}


def test_a_later_set_of_rules_replaces_the_earlier_one():
    stricter = EligibilityRule(
        level=A,
        education=E.BACHELOR,
        needs_social_work_major=False,
        practice_years=5,
        takes_graduating=False,
        after_level=None,
        from_year=2027,
        to_year=None,
        citation="2027",
    )
    usual = conditions()
    changed = Conditions([*usual.rules, stricter], usual.counting, {}, INNER_MONGOLIA)
    known = Known(schooling=[diploma(E.BACHELOR)], posts=since(date(2024, 1, 1)))

    assert verdict(known, changed, A, 2026).standing is Standing.MAY_SIT
    assert verdict(known, changed, A, 2027).standing is Standing.NOT_YET


def test_without_rules_nothing_is_said():
    empty = Conditions([], [], {}, INNER_MONGOLIA)

    assert verdict(Known(), empty, A, 2026).standing is Standing.UNKNOWN


# ---- an oracle that knows no rule of ours

DAYS = st.dates(date(2012, 1, 1), date(2027, 12, 31))
SPANS = st.lists(st.tuples(DAYS, DAYS).map(sorted), max_size=4)


def by_hand(spans, study, after, until) -> int:
    """Each day by itself."""
    day, count = date(2011, 1, 1), 0
    while day <= until:
        worked = any(a <= day <= b for a, b in spans)
        if worked and day > after and not any(a <= day <= b for a, b in study):
            count += 1
        day += ONE_DAY
    return count


@given(spans=SPANS, study=SPANS, after=DAYS, until=DAYS)
def test_days_are_counted_as_by_hand(spans, study, after, until):
    found = days_of(
        [Stretch(a, b) for a, b in spans],
        without=[Stretch(a, b) for a, b in study],
        after=after,
        until=until,
    )

    assert found == by_hand(spans, study, after, until)


@given(months=st.integers(0, 200), until=DAYS)
def test_whole_months_that_end_at_the_cut_off_are_so_many(months, until):
    days = (until + ONE_DAY - months_before(until + ONE_DAY, months)).days

    assert full_months(days, until) == months
    assert not months or full_months(days - 1, until) == months - 1


HOLDINGS = st.lists(st.tuples(st.sampled_from(list(E)), st.booleans()), min_size=1, max_size=3)


@given(
    holdings=HOLDINGS,
    begins=st.integers(2012, 2026),
    approved=st.one_of(st.none(), st.integers(2012, 2025)),
    level=st.sampled_from([A, W]),
)
def test_a_verdict_is_that_of_the_notice_read_aloud(holdings, begins, approved, level):
    """Posts begin on 1 January, certificates are of 31 December: full years, easily counted."""
    known = Known(
        schooling=[diploma(education, social_work=sw) for education, sw in holdings],
        posts=since(date(begins, 1, 1)),
        held={A: date(approved, 12, 31)} if approved else {},
    )
    years = 2026 - begins + 1
    after = min(years, 2026 - approved) if approved else -1
    may = any(read_aloud(level, education, sw, years, after) for education, sw in holdings)

    found = verdict(known, conditions(), level, 2026).standing

    if level is A and approved:
        assert found is Standing.HELD
    else:
        assert found is (Standing.MAY_SIT if may else Standing.NOT_YET)


def read_aloud(level, education, sw, years, years_after_assistant) -> bool:
    """The notice of 2025, in the words of the notice."""
    if level is A:
        if education in {E.BACHELOR, E.MASTER, E.DOCTORATE}:
            return sw or years >= 2
        return years >= (2 if sw and education is E.JUNIOR_COLLEGE else 4)
    if years_after_assistant >= 6:
        return True
    asked = {E.JUNIOR_COLLEGE: 4, E.BACHELOR: 3, E.MASTER: 1, E.DOCTORATE: 0}.get(education)
    return asked is not None and years >= asked + (0 if sw else 2)


# ---- the rows


def test_the_conditions_are_adopted_once():
    assert len(adopt_conditions(SYSTEM)) == len(RULES)
    assert adopt_conditions(SYSTEM) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PracticeRule)) == len(PRACTICE)


def test_a_province_counts_otherwise_from_a_year_on():
    adopt_conditions(SYSTEM)
    own = PracticeData(province=INNER_MONGOLIA, years_before=1, from_year=2027, citation="通知")

    first, again = adopt_counting(SYSTEM, own), adopt_counting(SYSTEM, own)

    assert first is again
    assert first.cut_off(2027) == date(2026, 12, 31)


def test_only_who_plans_exam_years_adopts_conditions():
    stranger = actor_of(make_person(Role.STATION_MANAGER))

    with pytest.raises(NotAllowed):
        adopt_conditions(stranger)
    with pytest.raises(NotAllowed):
        adopt_counting(stranger, PRACTICE[0])
