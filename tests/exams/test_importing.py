"""The worker's part of an import: chunks, progress, who may, and what happens when it stops."""

import pytest
import sqlalchemy as sa

from college.core import failpoints, jobs
from college.core.db import db
from college.core.imports import ImportState
from college.core.jobs import JobState
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.exams.results import files
from college.exams.results import jobs as steps
from college.exams.results.jobs import check_sheet, next_chunk, record_next
from college.exams.results.models import Result, ResultImport
from college.exams.results.operations import check_results, record_results
from college.exams.results.queries import CHECK, RECORD, headway
from college.exams.results.recording import award_chunk, record_chunk
from college.exams.results.uploading import take_in
from college.people.qualifications.models import Qualification
from tests.conftest import actor_of
from tests.factories import make_id_number, make_person
from tests.factories.exams import (
    WIDE,
    make_candidate,
    make_cycle,
    make_import,
    make_imported,
    make_rules,
    row,
    worked,
    xlsx,
)

PEOPLE = [(f"学员{n}", make_id_number(n)) for n in range(1, 8)]


@pytest.fixture
def cycle():
    make_rules()
    return make_cycle(2025)


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def people():
    return [make_candidate(name, number) for name, number in PEOPLE]


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 6)


@pytest.fixture
def unplugged():
    """Let the next step stop at a named point, once."""

    def stop(point: str) -> None:
        def fall() -> None:
            failpoints.arm(point, lambda: None)
            raise RuntimeError("the plug was pulled")

        failpoints.arm(point, fall)

    yield stop
    failpoints._armed.clear()


def wide(*, mark: float = 61) -> bytes:
    return xlsx(
        *([name, number, "中级", 2025, mark, 62, 63] for name, number in PEOPLE), headings=WIDE
    )


def ordered(content: bytes, cycle, by=SYSTEM) -> ResultImport:
    made = record_results(by, make_import(content, cycle))
    db.session.commit()
    return made


def run(kind: str, made: ResultImport) -> JobState:
    """Work on the latest job until it is over, well or not: it is at its last try."""
    job = jobs.latest(kind, made.id)
    assert job is not None
    job.tries = len(jobs.WAITS)
    db.session.commit()
    jobs.work_on(job.id, "test")
    db.session.expire_all()
    return job.state


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count(model.id))) or 0


def test_the_papers_of_one_row_stay_in_one_chunk(cycle, people, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 5)
    rows = files.accepted_in(make_import(wide(), cycle).check_sha256)

    parts, start = [], 0
    while start < len(rows):
        parts.append(next_chunk(rows, start))
        start += len(parts[-1])

    assert [len(part) for part in parts] == [3] * 7
    assert [r for part in parts for r in part] == rows


def test_each_step_writes_one_chunk_and_says_how_far_it_is(cycle, people, small_chunks):
    made = ordered(wide(), cycle)

    seen = [record_next(made.id) for _ in range(7)]

    total = 21 + 7 + 1
    assert [p.done for p in seen] == [6, 12, 18, 21, 27, 28, total]
    assert {p.total for p in seen} == {total}
    assert (count(Result), count(Qualification)) == (21, 7)
    db.session.expire_all()
    assert (made.state, made.rows_new, made.rows_unchanged) == (ImportState.IMPORTED, 7, 0)
    assert (made.persons_passing, made.qualifications_new) == (7, 7)


@pytest.mark.parametrize("point", ["exams.recording", "exams.recorded"])
@pytest.mark.parametrize("steps_before", [0, 2, 5, 6])
def test_an_import_that_stopped_keeps_its_rows_and_goes_on(
    cycle, people, small_chunks, unplugged, chen, sign_in, point, steps_before
):
    made = ordered(wide(), cycle)
    for _ in range(steps_before):
        record_next(made.id)
    before = count(Result)
    unplugged(point)
    assert run(RECORD, made) is JobState.FAILED
    assert count(Result) >= before
    if made.state is ImportState.IMPORTING:
        page = sign_in(chen).get(f"/exams/results/{made.id}").text
        assert "The import has stopped" in page
        assert "Go on importing" in page
        assert "Stopped" in sign_in(chen).get("/exams/results").text

    record_results(SYSTEM, made)
    db.session.commit()
    if made.state is ImportState.IMPORTING:
        worked(RECORD, made)

    assert (made.state, made.rows_new, made.qualifications_new) == (ImportState.IMPORTED, 7, 7)
    assert (count(Result), count(Qualification)) == (21, 7)


def test_a_chunk_done_twice_changes_nothing(cycle, people):
    made = ordered(wide(), cycle)
    rows = files.accepted_in(made.check_sha256)
    ids = [person.id for person in people]

    for _ in range(2):
        record_chunk(SYSTEM, made, rows[:6], start=0)
    for _ in range(2):
        award_chunk(SYSTEM, made, ids, start=0)

    assert (made.results_done, made.rows_new, count(Result)) == (6, 2, 6)
    assert (made.persons_done, made.qualifications_new) == (7, 2)


def test_pressed_twice_it_is_one_job(cycle, people, chen, sign_in):
    made = make_import(wide(), cycle)
    client, url = sign_in(chen), f"/exams/results/{made.id}"
    db.session.rollback()

    answers = [client.post(f"{url}/import").location for _ in range(2)]

    assert answers == [url] * 2
    same = (jobs.Job.kind == RECORD) & (jobs.Job.row_id == made.id)
    assert db.session.scalar(sa.select(sa.func.count(jobs.Job.id)).where(same)) == 1


def test_the_same_file_again_changes_nothing(cycle, people):
    make_imported(wide(), cycle)

    again = make_imported(wide(), cycle)

    assert (again.rows_new, again.rows_unchanged, again.qualifications_new) == (0, 7, 0)
    assert (count(Result), count(Qualification)) == (21, 7)


def test_a_second_upload_makes_good_what_a_stopped_import_left(cycle, people, small_chunks):
    left = ordered(wide(), cycle)
    for _ in range(4):
        record_next(left.id)  # every result is written, nobody is awarded

    again = make_imported(wide(), cycle)

    assert (again.rows_new, again.qualifications_new) == (0, 7)


def test_what_came_to_stand_since_the_dry_run_is_counted_as_unchanged(cycle, people):
    waiting = make_import(wide(), cycle)
    make_imported(wide(), cycle)

    done = record_results(SYSTEM, waiting)
    db.session.commit()
    worked(RECORD, done)

    assert (done.rows_new, done.rows_unchanged, done.persons_passing) == (0, 7, 0)


def test_the_check_is_made_once_and_kept(cycle, people, chen, sign_in, monkeypatch):
    made = make_import(xlsx(row(姓名="学员1", 证件号码=PEOPLE[0][1], 成绩=60.3)), cycle)
    monkeypatch.setattr(steps, "check", None)  # whoever calls it now falls

    page = sign_in(chen).get(f"/exams/results/{made.id}").text

    assert "Marks are whole or half" in page
    assert check_sheet(made.id).done == headway(made).total
    assert made.state is ImportState.CHECKED


def test_a_check_that_stopped_can_be_made_again(cycle, people, unplugged, chen, sign_in):
    made = take_in(SYSTEM, cycle, wide(), "成绩.xlsx", published_on=cycle.scores_on)
    db.session.commit()
    unplugged("exams.checked")
    assert run(CHECK, made) is JobState.FAILED
    client, url = sign_in(chen), f"/exams/results/{made.id}"
    assert "The check stopped before the end" in client.get(url).text
    db.session.rollback()

    assert client.post(f"{url}/check").location == url
    worked(CHECK, made)

    assert (made.state, made.rows_new) == (ImportState.CHECKED, 7)


def test_whoever_was_missing_is_found_when_the_sheet_is_checked_again(cycle):
    made = make_import(wide(), cycle)
    assert (made.rows_new, made.rows_refused) == (0, 7)
    make_candidate(*PEOPLE[0])

    check_results(SYSTEM, made)
    db.session.commit()
    worked(CHECK, made)

    assert (made.rows_new, made.rows_refused) == (1, 6)


def test_the_page_moves_while_the_worker_does(cycle, people, small_chunks, chen, sign_in):
    made = ordered(wide(), cycle)
    record_next(made.id)
    client, url = sign_in(chen), f"/exams/results/{made.id}"

    page, part = client.get(url).text, client.get(f"{url}/progress")

    assert f'hx-get="{url}/progress"' in page
    assert "6 results written" in part.text
    assert "HX-Refresh" not in part.headers
    db.session.rollback()
    worked(RECORD, made)
    assert client.get(f"{url}/progress").headers["HX-Refresh"] == "true"
    assert "7 rows are imported" in client.get(url).text


def test_the_job_acts_as_who_pressed_and_stops_when_they_may_no_longer(cycle, people, chen):
    made = ordered(wide(), cycle, by=actor_of(chen))
    record_next(made.id)
    who = sa.select(JournalEntry.actor_id).where(JournalEntry.deed == "record_chunk")
    assert db.session.scalars(who).all() == [chen.id]

    db.session.execute(sa.text("DELETE FROM role_grant WHERE person_id=:id"), {"id": chen.id})
    db.session.commit()

    assert run(RECORD, made) is JobState.FAILED
    assert (made.state, made.results_done) == (ImportState.IMPORTING, 21)


@pytest.mark.parametrize("stage", ["checked", "imported"])
def test_the_number_of_queries_of_the_page_does_not_grow(
    cycle, people, chen, sign_in, count_queries, stage
):
    make = {"checked": make_import, "imported": make_imported}[stage]
    one = xlsx(row(姓名="学员1", 证件号码=PEOPLE[0][1]), row(成绩=60.3))
    few, many = make(one, cycle), make(wide(mark=60.5), cycle)
    client, urls = sign_in(chen), [f"/exams/results/{made.id}" for made in (few, many)]
    client.get(urls[0])
    counts = []
    for url in urls:
        count_queries()
        assert client.get(url).status_code == 200
        counts.append(count_queries())

    # an import with corrections looks up, in one go, who no longer earns what they hold
    assert counts[1] <= counts[0] + 4
