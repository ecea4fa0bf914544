from collections.abc import Collection

import sqlalchemy as sa

from college.core.imports import Headway, titles
from college.core.jobs import Titled
from college.exams.official_lists.models import OfficialList

CHECK, RECORD = "exams.check_list", "exams.record_list"  # kinds of jobs


def headway(made: OfficialList) -> Headway:
    return Headway.of(made, check=CHECK, record=RECORD)


def lists() -> sa.Select[OfficialList]:
    """All lists, latest first, to be paged."""
    latest = (OfficialList.uploaded_at.desc(), OfficialList.id.desc())
    return sa.select(OfficialList).order_by(*latest)


def subjects(list_ids: Collection[int]) -> dict[int, Titled]:
    """The file of each list, for the list of jobs."""
    return titles(OfficialList, list_ids)
