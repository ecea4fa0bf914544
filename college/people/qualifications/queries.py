"""Reading one qualification, with who recorded and who checked it; and the best of several."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core.access import visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.people.qualifications.models import Level, PassBasis, Qualification

ByExam = tuple[Level, PassBasis, str, int | None]  # by which line, where, of which year


def to_check(actor: Actor, qualification_id: int) -> Qualification:
    """A qualification that the actor may check. Raises NotFound."""
    chosen = (
        sa.select(Qualification)
        .where(Qualification.id == qualification_id, Qualification.known())
        .where(visible(Qualification, actor, Can.QUALIFICATIONS_CHECK))
        .options(
            joinedload(Qualification.person),
            joinedload(Qualification.recorded_by),
            joinedload(Qualification.checked_by),
        )
        .execution_options(populate_existing=True)
    )
    found = db.session.scalar(chosen)
    if found is None:
        raise NotFound
    return found


def best_of(rows: Iterable[Qualification]) -> dict[tuple[int, Level], Qualification]:
    """One of each person and level: by the national line where there is one, else the first."""
    best: dict[tuple[int, Level], Qualification] = {}
    for row in sorted(rows, key=lambda row: (-row.basis.rank, row.approved_on, row.id)):
        best.setdefault((row.person_id, row.level), row)
    return best


def ranks_held(person_ids: Collection[int]) -> dict[tuple[int, Level], int]:
    """How far the best certificate holds of each level that these people hold, as believed now."""
    columns = Qualification.person_id, Qualification.level, Qualification.basis
    mine = Qualification.person_id.in_(person_ids) & Qualification.known()
    ranks: dict[tuple[int, Level], int] = {}
    for person_id, level, basis in db.session.execute(sa.select(*columns).where(mine)):
        ranks[person_id, level] = max(basis.rank, ranks.get((person_id, level), -1))
    return ranks


def corrections_of(row: Qualification) -> list[Qualification]:
    """The row and those that it corrected, each of which ended as the next was recorded."""
    mine = sa.select(Qualification).where(Qualification.person_id == row.person_id)
    ended = {each.superseded_at: each for each in db.session.scalars(mine) if each is not row}
    found = [row]
    while (before := ended.pop(found[-1].recorded_at, None)) is not None:
        found.append(before)
    return found


def withdrawn_of(person_ids: Collection[int]) -> set[tuple[int, ByExam]]:
    """What somebody withdrew of these people: no paper earns it again."""
    row = Qualification
    columns = row.person_id, row.level, row.basis, row.region, row.exam_year
    mine = row.person_id.in_(person_ids) & row.is_withdrawn
    found = db.session.execute(sa.select(*columns).where(mine))
    return {(who, (level, basis, region, year)) for who, level, basis, region, year in found}
