"""The dry run: what an import of a sheet would do. It writes nothing, and never makes a person."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from college.core.errors import RuleBroken
from college.core.imports import Refused
from college.core.sheets import Row, Sheet, read
from college.core.text import say
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.pass_rules.queries import all_rules, rule_of
from college.exams.results import refusals as no
from college.exams.results.checked import Check, NewResult, Said, Tally, is_newer
from college.exams.results.layout import HEADINGS, Columns, Field, Layout
from college.exams.results.models import ResultStatus, Verdict
from college.exams.results.passing import Pass
from college.exams.results.queries import Key, chunks, papers_of, passes_of, said_in
from college.exams.results.reading import Papers, ReadRow, read_row
from college.people.persons.cells import NameDiffers, PersonUnknown, shown_id_number
from college.people.persons.models import Person
from college.people.persons.names import clean_name, masked_name
from college.people.persons.queries import by_documents
from college.people.qualifications.models import Level

Tell = Callable[[int], None]


class RulesMissing(RuleBroken):
    code, field = "rules_missing", "cycle_id"
    message = say("No pass rules are on record for %(year)s. Adopt the rules first.")


def _nobody(_: int) -> None: ...


def read_sheet(content: bytes, filename: str, cycle: ExamCycle) -> Sheet:
    """Read a file as far as to know that its rows can be checked; quick even for a long one.

    Raises NotASheet, SheetTooLarge, SheetEmpty, RulesMissing.
    """
    sheet = read(content, filename, known=HEADINGS.known)
    _papers_by_level(cycle.year)
    return sheet


def check_file(
    content: bytes, filename: str, cycle: ExamCycle, published_on: date, tell: Tell = _nobody
) -> Check:
    """Read the file of a list of this day and check it by the headings alone.

    Raises as `read_sheet` does, ColumnsUnknown, ColumnChosenTwice.
    """
    sheet = read_sheet(content, filename, cycle)
    return check(sheet, cycle, HEADINGS.certain_here(sheet.headings), published_on, tell)


def check(
    sheet: Sheet, cycle: ExamCycle, columns: Columns, published_on: date, tell: Tell = _nobody
) -> Check:
    """Say for each row whether it can be imported; `tell` hears how many of them were gone through.

    Raises RulesMissing.
    """
    layout = Layout.of(columns)
    papers, year = _papers_by_level(cycle.year), cycle.year
    refused: list[Refused] = []
    results: list[NewResult] = []
    for part in chunks(sheet.rows):
        results += _results_in(part, layout, year, papers, refused)
        tell(len(part))
    once = _without_doubles(results, layout, refused)
    once = _without_overtaken(once, layout, cycle, published_on, refused)
    stopped = {cell.line for cell in refused}
    accepted = sorted((r for r in once if r.line not in stopped), key=lambda r: r.line)
    repeated = {r.line for r in results} - {r.line for r in accepted} - stopped
    refused.sort(key=lambda cell: cell.line)
    counts = {"refused": len(stopped), "repeated": len(repeated)}
    tally = tally_of(accepted, cycle, published_on, **counts)
    read_columns = set(layout.headings)
    passed_over = [heading for heading in sheet.headings if heading not in read_columns]
    return Check(accepted, refused, tally, passed_over)


def tally_of(
    results: Sequence[NewResult],
    cycle: ExamCycle,
    published_on: date,
    *,
    refused: int = 0,
    repeated: int = 0,
) -> Tally:
    """Count what `results` would change in what stands now; repeated rows change nothing."""
    by_person: defaultdict[int, list[NewResult]] = defaultdict(list)
    for result in results:
        by_person[result.person_id].append(result)
    new_lines, corrected, passing, losing = set[int](), set[int](), 0, list[int]()
    for part in chunks(list(by_person)):  # what stands is not held for a whole province at once
        stands = said_in(cycle, part)
        mine = (result for person_id in part for result in by_person[person_id])
        new = [r for r in mine if r.is_news(stands.get(r.key), published_on)]
        new_lines |= {result.line for result in new}
        corrected |= {result.line for result in new if result.key in stands}
        earned = _earning(new, stands, cycle, published_on)
        passing += earned[0]
        losing += earned[1]
    return Tally(
        new=len(new_lines),
        corrected=len(corrected),
        unchanged=len({result.line for result in results} - new_lines) + repeated,
        refused=refused,
        passing=passing,
        losing=tuple(losing),
    )


def _earning(
    new: Sequence[NewResult], stands: Mapping[Key, Said], cycle: ExamCycle, published_on: date
) -> tuple[int, list[int]]:
    """How many persons earn the level by the new rows, and who does not earn one any more."""
    papers = papers_of({result.person_id for result in new})
    corrected = {result.person_id for result in new if result.key in stands}
    before = passes_of({person_id: papers[person_id] for person_id in corrected})
    for result in new:
        fresh = result.paper(cycle, published_on, stands.get(result.key))
        same = (fresh.level, fresh.subject, fresh.year)
        kept = [p for p in papers[result.person_id] if (p.level, p.subject, p.year) != same]
        papers[result.person_id] = [*kept, fresh]
    levels = {(result.person_id, result.level) for result in new}
    after = passes_of(papers)
    passing = sum(
        any(p.year == cycle.year and (person_id, p.level) in levels for p in earned)
        for person_id, earned in after.items()
    )
    return passing, [i for i in sorted(corrected) if _is_less(after[i], before[i])]


def _is_less(after: Sequence[Pass], before: Sequence[Pass]) -> bool:
    """Whether a level is earned no more, or now for a region alone."""

    def best(passes: Sequence[Pass], level: Level) -> int:
        return max((each.basis.rank for each in passes if each.level is level), default=-1)

    return any(best(after, each.level) < each.basis.rank for each in before)


def _papers_by_level(year: int) -> dict[Level, list[str]]:
    rules = all_rules()
    found = {level: r.subjects for level in Level if (r := rule_of(level, year, rules))}
    if not found:
        raise RulesMissing(year=year)
    return found


def _results_in(
    rows: Sequence[Row], layout: Layout, year: int, papers: Papers, refused: list[Refused]
) -> list[NewResult]:
    """Read some rows and find whose they are; what is wrong with others goes to `refused`."""
    good: list[ReadRow] = []
    for row in rows:
        found = read_row(row, layout, year=year, papers=papers)
        if isinstance(found, ReadRow):
            good.append(found)
        else:
            refused += found
    return _matched(good, layout, refused)


def _matched(rows: Sequence[ReadRow], layout: Layout, refused: list[Refused]) -> list[NewResult]:
    """Find whose each row is; who is unknown or has another name is refused."""
    people = by_documents((row.id_type, row.id_number) for row in rows)
    found: list[NewResult] = []
    for row in rows:
        person = people.get((row.id_type, row.id_number))
        if person is None:
            shown, heading = shown_id_number(row.id_number), layout.fields[Field.ID_NUMBER]
            refused.append(Refused(row.line, heading, shown, PersonUnknown()))
        elif clean_name(person.full_name).casefold() != row.name.casefold():
            reason = NameDiffers(expected=masked_name(person.full_name))
            refused.append(Refused(row.line, layout.fields[Field.NAME], row.name, reason))
        else:
            found += _results(row, person)
    return found


def _results(row: ReadRow, person: Person) -> list[NewResult]:
    common = NewResult(
        line=row.line,
        person_id=person.id,
        level=row.level,
        subject=Subject.PRACTICE,
        status=ResultStatus.ABSENT,
        score=None,
        region=row.region,
    )
    return [
        replace(
            common,
            subject=subject,
            status=score.status,
            score=score.points,
            published_verdict=score.verdict,
        )
        for subject, score in row.scores.items()
    ]


def _without_doubles(
    results: Sequence[NewResult], layout: Layout, refused: list[Refused]
) -> list[NewResult]:
    """Take the same paper once; where two lines differ, neither is taken: we cannot know which."""
    first: dict[Key, NewResult] = {}
    again: dict[Key, list[NewResult]] = {}  # few: a list for each result would weigh as much as all
    for result in results:
        if first.setdefault(result.key, result) is not result:
            again.setdefault(result.key, [first[result.key]]).append(result)
    for key, same in again.items():
        others = [next((o for o in same if o.says != result.says), None) for result in same]
        if others[0] is None:
            continue
        del first[key]
        for result, other in zip(same, others, strict=True):
            heading = layout.of_paper(result.subject)
            reason = no.RowTwice(line=other.line if other else 0)
            refused.append(Refused(result.line, heading, _shown(result), reason))
    return list(first.values())


def _without_overtaken(
    results: Sequence[NewResult],
    layout: Layout,
    cycle: ExamCycle,
    published_on: date,
    refused: list[Refused],
) -> list[NewResult]:
    """Leave out what a newer list says otherwise: the scores of July undo no check of October."""
    kept: list[NewResult] = []
    for part in chunks(results):
        stands = said_in(cycle, {result.person_id for result in part})
        for result in part:
            old = stands.get(result.key)
            if old is None or result.is_like(old) or not is_newer(old, published_on):
                kept.append(result)
                continue
            heading = layout.of_paper(result.subject)
            reason = no.NewerSaysElse(day=old.published_on)
            refused.append(Refused(result.line, heading, _shown(result), reason))
    return kept


def _shown(result: NewResult) -> str:
    if result.score is None:
        is_passed = result.published_verdict is Verdict.PASSED
        words = {ResultStatus.ABSENT: "缺考", ResultStatus.DISCIPLINE: "违纪"}
        return words.get(result.status, "合格" if is_passed else "不合格")
    return f"{result.score.normalize():f}"
