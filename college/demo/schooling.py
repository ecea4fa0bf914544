"""The conditions for sitting the exam, and what the staff of Tongliao learned before."""

from dataclasses import replace
from datetime import date
from itertools import cycle

import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM
from college.demo import cast, staff
from college.exams.eligibility.models import EligibilityRule
from college.exams.eligibility.operations import adopt_conditions
from college.people.schooling.models import Education
from college.people.schooling.operations import (
    Diploma,
    Practised,
    record_schooling,
    state_practice,
)

E = Education
EVIDENCE = "演示数据：毕业证书由所在单位核对"
# one after the other, and from the start again; None: not asked yet
DIPLOMAS = (
    Diploma(education=E.BACHELOR, is_social_work=False, graduated_on=date(2018, 7, 1)),
    Diploma(education=E.JUNIOR_COLLEGE, is_social_work=True, graduated_on=date(2019, 7, 1)),
    Diploma(education=E.SECONDARY, is_social_work=False, graduated_on=date(2012, 7, 1)),
    Diploma(
        education=E.BACHELOR,
        is_social_work=True,
        graduated_on=date(2024, 6, 30),
        studied_from_on=date(2020, 9, 1),
    ),
    Diploma(education=E.JUNIOR_COLLEGE, is_social_work=False, graduated_on=date(2017, 7, 1)),
    None,
    Diploma(education=E.MASTER, is_social_work=True, graduated_on=date(2023, 6, 30)),
)


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(EligibilityRule.id > 0))))


def build() -> None:
    adopt_conditions(SYSTEM)
    people = [cast.person("lilei"), cast.person("zhanzhang"), *staff.of_tongliao()]
    for person, diploma in zip(dict.fromkeys(people), cycle(DIPLOMAS), strict=False):
        if diploma is not None:
            record_schooling(SYSTEM, person, replace(diploma, evidence=EVIDENCE))
    stated = Practised(
        employer="科尔沁区某街道社区服务中心",
        from_on=date(2021, 3, 1),
        to_on=date(2022, 12, 31),
        evidence=EVIDENCE,
    )
    state_practice(SYSTEM, cast.person("lilei"), stated)
