"""What was kept long enough: proposed kind by kind, decided by a person, done in steps."""

import pytest
import sqlalchemy as sa

from college.core import clock, imports, jobs, storage
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.imports import ImportState, SheetGone
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.exams.results.models import ResultImport
from college.exams.results.operations import check_results
from college.people.roster.models import RosterImport
from college.people.roster.operations import check_roster, import_roster
from college.reports.personal_data.deletion import BeingImported
from college.reports.personal_data.operations import delete_person
from college.reports.retention import operations, queries
from college.reports.retention.jobs import clear_next, propose_due
from college.reports.retention.models import Clearing
from college.reports.retention.queries import Periods
from tests.conftest import actor_of
from tests.factories import (
    make_person,
    make_unit,
    saved,
)
from tests.reports.old_rows import (
    DAYS,
    MADE,
    K,
    a_look,
    a_result_sheet,
    a_roster,
    ago,
    cleared,
    counted,
)


@pytest.fixture
def admin():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def periods(app):
    return Periods.of(app.config)


def test_every_kind_that_is_no_person_is_tried_here():
    assert set(MADE) == set(K) - {K.PEOPLE}


@pytest.mark.parametrize("kind", MADE, ids=str)
def test_what_is_old_enough_goes_and_what_is_younger_stays(admin, periods, kind):
    assert periods.days == DAYS
    model, old = MADE[kind](DAYS[kind] + 2)
    _, young = MADE[kind](DAYS[kind] - 2)
    assert counted(actor_of(admin), periods) == {kind: 1}
    made, _ = cleared(actor_of(admin), kind, periods)
    assert (made.done, made.total, made.refused) == (1, 1, 0)
    assert made.is_over
    left = {row.id: row for row in db.session.scalars(sa.select(model))}
    if kind in {K.ROSTERS, K.RESULTS, K.LISTS}:
        assert (left[old].file_sha256, left[old].check_sha256) == ("", "")
        assert left[young].file_sha256
    else:
        assert set(left) & {old, young} == {young}
    assert counted(actor_of(admin), periods) == {}


@pytest.mark.parametrize("kind", MADE, ids=str)
def test_each_kind_leaves_the_others_alone(admin, periods, kind):
    for make, days in ((MADE[each], DAYS[each] + 2) for each in MADE):
        make(days)
    before = counted(actor_of(admin), periods)
    assert before == dict.fromkeys(MADE, 1)
    cleared(actor_of(admin), kind, periods)
    assert counted(actor_of(admin), periods) == {k: n for k, n in before.items() if k is not kind}


def test_many_go_in_steps_and_a_crash_between_loses_none(admin, periods, monkeypatch):
    monkeypatch.setattr(operations, "AT_ONCE", 2)
    for _ in range(5):
        a_look(800)
    propose_due(periods)
    made = operations.order_clearing(actor_of(admin), K.LOOKS, before=periods.before(K.LOOKS))
    db.session.commit()
    assert clear_next(made.id).done == 2
    db.session.expire_all()  # the worker died here; the next one begins with what the row says
    assert clear_next(made.id).done == 4
    assert clear_next(made.id).done == 5
    db.session.refresh(made)
    assert (made.done, made.is_over) == (5, True)
    assert clear_next(made.id).done == 5  # once more changes nothing
    said = sa.select(sa.func.count()).where(JournalEntry.noun == "clearing")
    assert db.session.scalar(said) == 4  # ordered, and three steps


def test_ordered_twice_it_is_done_once(admin, periods):
    a_look(800)
    propose_due(periods)
    first = operations.order_clearing(actor_of(admin), K.LOOKS, before=ago(730))
    assert operations.order_clearing(actor_of(admin), K.LOOKS, before=ago(730)) == first
    kind = sa.select(jobs.Job).where(jobs.Job.kind == queries.CLEAR)
    assert len(db.session.scalars(kind).all()) == 1


def test_what_is_not_due_cannot_be_ordered(admin):
    with pytest.raises(operations.NothingDue):
        operations.order_clearing(actor_of(admin), K.LOOKS, before=ago(730))
    with pytest.raises(operations.NobodyChosen):
        operations.order_clearing(actor_of(admin), K.PEOPLE, before=ago(730))


@pytest.mark.parametrize("role", [Role.STATION_MANAGER, Role.COORDINATOR, Role.OBSERVER])
def test_nobody_but_an_administrator_looks_or_orders(sign_in, periods, role):
    actor = actor_of(make_person(role, unit=make_unit()))
    a_look(800)
    with pytest.raises(NotAllowed):
        operations.order_clearing(actor, K.LOOKS, before=ago(730))
    with pytest.raises(NotAllowed):
        queries.due(actor, periods)
    row = saved(Clearing(kind=K.LOOKS, before=clock.now(), total=1))
    for deed in (operations.go_on_clearing, operations.clear_some):
        with pytest.raises(NotAllowed):
            deed(actor, row)


# ---- a sheet that is gone


def test_a_sheet_that_is_gone_is_neither_checked_nor_imported(sign_in, admin, periods):
    _, roster_id = a_roster(100)
    _, import_id = a_result_sheet(100)
    files = {db.session.get_one(RosterImport, roster_id).file_sha256,
             db.session.get_one(ResultImport, import_id).file_sha256}  # fmt: skip
    for kind in (K.ROSTERS, K.RESULTS):
        cleared(actor_of(admin), kind, periods)
    assert not any(storage.files().has(key) for key in files)
    roster = db.session.get_one(RosterImport, roster_id)
    for deed in (check_roster, import_roster):
        with pytest.raises(SheetGone):
            deed(SYSTEM, roster)
    with pytest.raises(SheetGone):
        check_results(SYSTEM, db.session.get_one(ResultImport, import_id))
    client = sign_in(admin)
    for address in (f"/admin/people/import/{roster_id}", f"/exams/results/{import_id}"):
        page = client.get(address).text
        assert "Upload it again." in page
        assert "Import another sheet" in page or "Another file" in page
    answer = client.post(f"/admin/people/import/{roster_id}/check")
    assert answer.status_code == 422
    assert "kept long enough and is deleted" in answer.text


def test_a_deletion_takes_sheets_along_that_could_bring_the_person_back(admin):
    _, roster_id = a_roster(1)
    person = make_person(full_name="李雷")
    delete_person(actor_of(admin), person)
    roster = db.session.get_one(RosterImport, roster_id)
    db.session.refresh(roster)
    assert (roster.file_sha256, roster.check_sha256, roster.rows_sha256) == ("", "", "")
    with pytest.raises(SheetGone):
        import_roster(SYSTEM, roster)


@pytest.mark.parametrize("model", [RosterImport, ResultImport])
def test_nobody_is_deleted_while_a_sheet_is_being_imported(admin, model):
    _, row_id = a_roster(1) if model is RosterImport else a_result_sheet(1)
    db.session.get_one(model, row_id).state = ImportState.IMPORTING
    db.session.commit()
    with pytest.raises(BeingImported):
        delete_person(actor_of(admin), make_person())


# ---- the page


def test_the_page_says_what_is_due_since_when_and_deletes_it(sign_in, admin, periods):
    a_look(800)
    client = sign_in(admin)
    assert "1 entry" not in client.get("/admin/retention").text  # nobody proposed it yet
    propose_due(periods)
    client = sign_in(admin)
    text = client.get("/admin/retention").text
    assert "1 entry" in text
    assert "Kept for 730 days." in text
    assert "nothing due" in text
    refused = client.post("/admin/retention/looks")
    assert refused.status_code == 422
    assert "Tick this first" in refused.text
    assert client.post("/admin/retention/looks", data={"is_sure": "y"}).status_code == 302
    assert "Under way" in client.get("/admin/retention").text
    assert "Under way" in client.get("/admin/retention/progress").text
    (made,) = db.session.scalars(sa.select(Clearing)).all()
    clear_next(made.id)
    assert "1 of 1 deleted" in client.get("/admin/retention").text
    assert client.get(f"/admin/retention/{made.id}").location.endswith(f"#order-{made.id}")


def test_an_order_that_was_set_aside_goes_on(sign_in, admin, periods):
    a_look(800)
    propose_due(periods)
    made = operations.order_clearing(actor_of(admin), K.LOOKS, before=periods.before(K.LOOKS))
    job = jobs.latest(queries.CLEAR, made.id)
    assert job is not None
    job.state, job.ended_at = jobs.JobState.FAILED, clock.now()
    db.session.commit()
    client = sign_in(admin)
    assert "Stopped by an error" in client.get("/admin/retention").text
    client.post(f"/admin/retention/{made.id}/again")
    again = jobs.latest(queries.CLEAR, made.id)
    assert again is not None
    assert again.id != job.id


def test_a_sheet_just_being_imported_is_left(admin, periods):
    _, row_id = a_roster(100)
    db.session.get_one(RosterImport, row_id).state = ImportState.IMPORTING
    db.session.commit()
    assert counted(actor_of(admin), periods) == {}
    assert imports.kept(db.session.get_one(RosterImport, row_id).file_sha256)
