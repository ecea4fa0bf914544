"""flask exams …: the same way in as the page's."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.exams.candidacies.models import Candidacy, CandidacyStep, StepTaken
from college.exams.cycles.models import ExamCycle
from college.exams.official_lists.models import OfficialList
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import Subject
from college.exams.pass_rules.operations import draw_line
from college.exams.results import everybody
from college.exams.results.models import Result, ResultImport
from college.people.qualifications.models import Level
from tests.conftest import account_of
from tests.factories import make_person
from tests.factories.exams import make_candidate, make_cycle, make_result, make_rules, row, xlsx
from tests.factories.lists import entry, listed

ON = ("--on", "2025-07-25")


@pytest.fixture
def run(app):
    chen = account_of(make_person(Role.ADMIN, full_name="陈老师")).login

    def command(*args: object, login: str = chen):
        runner = app.test_cli_runner()
        return runner.invoke(args=["exams", *map(str, args), "--as", login])

    return command


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "成绩.xlsx"
    path.write_bytes(xlsx(row(), row(科目="综合能力", 成绩=60.3)))
    return path


def count(model) -> int | None:
    return db.session.scalar(sa.select(sa.func.count(model.id)))


def test_rules_and_calendar_are_adopted(run):
    done = run("adopt")

    assert (done.exit_code, done.output) == (0, "3 rules and 8 exam years adopted.\n")
    assert count(ExamCycle) == 8


def test_a_dry_run_prints_and_writes_nothing(run, sheet):
    make_rules()
    make_cycle(2025)
    make_candidate()

    done = run("import-results", sheet, "--cycle", 2025, *ON, "--dry-run")

    assert done.exit_code == 0
    assert "to import: 1 rows" in done.stdout
    assert "refused: 1 rows" in done.stdout
    assert done.stderr.split("\t")[:3] == ["3", "成绩", "60.3"]
    assert (count(Result), count(ResultImport)) == (0, 0)


def test_accepted_rows_stand_and_refused_ones_are_printed(run, sheet):
    make_rules()
    make_cycle(2025)
    make_candidate()

    done = run("import-results", sheet, "--cycle", 2025, *ON, "--language", "en")

    assert done.exit_code == 0
    assert "imported: 1 rows" in done.stdout
    assert "Marks are whole or half" in done.stderr
    assert (count(Result), count(ResultImport)) == (1, 1)


def test_a_year_is_judged_by_the_lines_that_stand_now(run):
    cycle = make_cycle(2025)
    make_result(make_candidate(), cycle, score=Decimal(58), region="库伦旗")
    make_rules()

    first, again = run("judge-anew", "--cycle", 2025), run("judge-anew", "--cycle", 2025)

    assert "1 results judged otherwise than before.\nqualifications recorded: 0\n" in first.output
    assert "0 results judged otherwise than before.\n" in again.output
    assert count(Result) == 2


def test_a_sheet_that_cannot_be_read_ends_with_a_sentence(run, tmp_path):
    make_rules()
    make_cycle(2025)
    path = tmp_path / "a.csv"
    path.write_text("姓名\n李雷\n")

    done = run("import-results", path, "--cycle", 2025, *ON, "--language", "en")

    assert done.exit_code == 1
    assert "no column for 证件号码、级别、考试年度、科目、成绩" in done.stderr


def test_who_may_not_import_may_not_here_either(run, sheet):
    make_rules()
    make_cycle(2025)
    trainee = account_of(make_person(Role.TRAINEE)).login

    done = run("import-results", sheet, "--cycle", 2025, *ON, login=trainee)
    dry = run("import-results", sheet, "--cycle", 2025, *ON, "--dry-run", login=trainee)

    assert (done.exit_code, dry.exit_code) == (1, 1)
    assert count(ResultImport) == 0


def test_an_unknown_account_or_year_is_named(run, sheet):
    assert "no account 'nobody'" in run("adopt", login="nobody").stderr
    assert "No exam of 2031" in run("import-results", sheet, "--cycle", 2031, *ON).stderr


# ---- who passed, as known on a day ----


@pytest.fixture
def passes(app):
    def command(*args: str):
        done = app.test_cli_runner().invoke(args=["exams", "passes", *args, "--format", "csv"])
        assert done.exit_code == 0, done.output
        return list(csv.DictReader(io.StringIO(done.stdout)))

    return command


def both_papers(person, cycle, **over):
    papers = (Subject.COMPREHENSIVE, Subject.PRACTICE)
    facts = {"level": Level.ASSISTANT, **over}
    return [make_result(person, cycle, subject=subject, **facts) for subject in papers]


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


def test_who_passed_is_printed_with_the_papers_counted(passes):
    make_rules()
    lilei, failed = make_candidate(), make_person(full_name="韩梅")
    both_papers(lilei, make_cycle(2025))
    make_result(failed, make_cycle(2024), score=Decimal(41))

    assert passes() == [
        {
            "name": "李雷",
            "last_four": "002X",
            "level": "assistant",
            "year": "2025",
            "basis": "national",
            "region": "",
            "papers": "comprehensive 2025; practice 2025",
        }
    ]


def test_a_correction_leaves_what_was_known_before(passes):
    make_rules()
    lilei, cycle = make_candidate(), make_cycle(2025)
    _, practice = both_papers(lilei, cycle, recorded_at=at(2025, 8, 1))
    practice.superseded_by_id = practice.id  # as a correction does until its row has an id
    db.session.flush()
    mended = make_result(
        lilei, cycle, level=Level.ASSISTANT, score=Decimal(59), recorded_at=at(2025, 9, 1)
    )
    practice.superseded_by_id = mended.id
    db.session.commit()

    for asked in ([], ["--known-at", "2025-09-01"], ["--known-at", "2025-07-31"]):
        assert passes(*asked) == []
    assert [found["year"] for found in passes("--known-at", "2025-08-31")] == ["2025"]


def test_a_line_counts_from_the_day_on_which_it_was_published(passes):
    with clock.put_at(at(2025, 6, 1)):
        make_rules()  # Kulun's line of 2025 was published on 12 September
    facts = {"score": Decimal(55), "region": "库伦旗", "recorded_at": at(2025, 8, 1)}
    both_papers(make_candidate(), make_cycle(2025), **facts)

    assert passes("--known-at", "2025-09-11") == []
    for known_at in ("2025-09-12", "2025-09-12T08:00:00"):
        (found,) = passes("--known-at", known_at)
        assert (found["basis"], found["region"]) == ("regional", "库伦旗")


def test_a_line_counts_from_the_moment_at_which_it_was_entered(passes):
    make_rules()
    facts = {"score": Decimal(55), "region": "奈曼旗", "recorded_at": at(2025, 8, 1)}
    both_papers(make_candidate(), make_cycle(2025), **facts)
    new = LineData(
        year=2025,
        level=Level.ASSISTANT,
        region="奈曼旗",
        line=Decimal(53),
        published_on=date(2025, 9, 12),
        citation="通知",
    )
    with clock.put_at(at(2025, 10, 1)):
        draw_line(SYSTEM, new)
    db.session.commit()

    assert passes("--known-at", "2025-09-20") == []  # nobody here knew of it yet
    assert len(passes("--known-at", "2025-10-01")) == 1


def test_midnight_begins_a_day_and_a_date_alone_ends_it(passes):
    make_rules()
    both_papers(make_candidate(), make_cycle(2025), recorded_at=at(2025, 8, 1))

    assert passes("--known-at", "2025-08-01T00:00:00") == []
    assert len(passes("--known-at", "2025-08-01")) == 1


@pytest.mark.parametrize("moment", ["9999-12-31", "0001-01-01T00:00:00"])
def test_a_moment_beyond_the_calendar_is_named(app, moment):
    answer = app.test_cli_runner().invoke(args=["exams", "passes", "--known-at", moment])

    assert answer.exit_code == 2
    assert f"'{moment}' is beyond the calendar." in answer.output


def test_everybody_is_listed_in_portions(passes, monkeypatch):
    monkeypatch.setattr(everybody, "CHUNK", 2)
    make_rules()
    cycle = make_cycle(2025)
    for n in range(5):
        both_papers(make_person(full_name=f"考生{n}"), cycle)

    assert [found["name"] for found in passes()] == [f"考生{n}" for n in range(5)]


# ---- official lists


@pytest.fixture
def tickets(tmp_path):
    path = tmp_path / "准考证.csv"
    path.write_bytes(listed(entry(), entry(姓名="韩梅梅", 证件号码="1")))
    return path


TICKETED = ("--kind", "ticketed", "--cycle", 2025, "--on", "2025-05-19")


def test_an_official_list_is_tried_first_and_nothing_is_written(run, tickets):
    make_cycle(2025)
    make_candidate()

    done = run("import-list", tickets, *TICKETED)

    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "to note: 1 rows", "of them newly entered: 1 rows", "unchanged: 0 rows", "refused: 1 rows",
    ]  # fmt: skip
    assert done.stderr.split("\t")[:2] == ["3", "证件号码"]
    assert (count(Candidacy), count(OfficialList)) == (0, 0)


def test_an_official_list_is_applied_as_from_the_page_and_twice_changes_nothing(run, tickets):
    make_cycle(2025)
    make_candidate()
    asked = (*TICKETED, "--source", "人事考试中心", "--apply", "--language", "en")

    first, again = run("import-list", tickets, *asked), run("import-list", tickets, *asked)

    assert first.exit_code == again.exit_code == 0, first.output + again.output
    assert "noted: 1 rows\n" in first.stdout
    assert "This ID number cannot be right" in first.stderr
    assert "noted: 0 rows\n" in again.stdout
    assert "unchanged: 1 rows\n" in again.stdout
    candidacy = db.session.scalars(sa.select(Candidacy)).one()
    assert candidacy.state is CandidacyStep.TICKETED
    steps = db.session.scalars(sa.select(StepTaken)).all()
    assert {step.evidence for step in steps} == {"人事考试中心 #1"}
    assert count(OfficialList) == 2


@pytest.mark.parametrize(
    ("over", "says"),
    [
        (("--on", "2999-01-01"), "day that has come"),
        (("--cycle", 1999), "No exam of 1999"),
        (("--kind", "sat"), "到考情况"),  # a column that this list has not
    ],
)
@pytest.mark.parametrize("apply", [(), ("--apply",)])
def test_what_is_no_list_of_that_exam_is_refused(run, tickets, over, says, apply):
    make_cycle(2025)
    done = run("import-list", tickets, *TICKETED, *over, *apply, "--language", "en")
    assert done.exit_code == 1
    assert says in done.stderr
    assert count(Candidacy) == 0


@pytest.mark.parametrize("apply", [(), ("--apply",)])
def test_who_may_not_move_candidates_imports_no_list(run, tickets, apply):
    make_cycle(2025)
    login = account_of(make_person(full_name="路人")).login
    done = run("import-list", tickets, *TICKETED, *apply, login=login)
    assert done.exit_code == 1
    assert count(OfficialList) == 0
