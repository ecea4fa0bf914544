"""The dry run: what an import of a sheet would do. It writes nothing, and never makes a person."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from college.core.errors import RuleBroken
from college.core.sheets import Sheet, read
from college.core.text import say
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.pass_rules.queries import all_rules
from college.exams.results import refusals as no
from college.exams.results.layout import KNOWN_HEADINGS, Field, Layout, layout_of
from college.exams.results.models import Result, ResultStatus, Verdict
from college.exams.results.passing import Paper, rule_of
from college.exams.results.queries import Key, chunks, current_in, papers_of, passes_of
from college.exams.results.reading import ReadRow, read_row, shown_id_number
from college.people.persons.identity import IdType
from college.people.persons.models import Person
from college.people.persons.names import clean_name, masked_name
from college.people.persons.queries import by_id_numbers
from college.people.qualifications.models import Level


class RulesMissing(RuleBroken):
    code, field = "rules_missing", "cycle_id"
    message = say("No pass rules are on record for %(year)s. Adopt the rules first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResult:
    """One paper of one known person, as published, and the line of the sheet that says so."""

    line: int
    person_id: int
    level: Level
    subject: Subject
    status: ResultStatus
    score: Decimal | None
    region: str = ""
    published_verdict: Verdict | None = None

    @property
    def key(self) -> Key:
        return self.person_id, self.level, self.subject

    @property
    def says(self) -> tuple[object, ...]:
        return self.status, self.score, self.region, self.published_verdict

    def is_like(self, result: Result) -> bool:
        return self.says == (result.status, result.score, result.region, result.published_verdict)

    def paper(self, year: int) -> Paper:
        return Paper(
            level=self.level,
            subject=self.subject,
            year=year,
            status=self.status,
            score=self.score,
            region=self.region,
            published_verdict=self.published_verdict,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Rows of a sheet by what becomes of them; `corrected` ones are among the `new`."""

    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0
    passing: int = 0  # persons whom the new rows let earn the level

    @property
    def total(self) -> int:
        return self.new + self.unchanged + self.refused

    def at_import(self, now: "Tally") -> "Tally":
        """The same rows, counted `now`: since the dry run some may have come to stand already."""
        return replace(now, unchanged=self.new + self.unchanged - now.new, refused=self.refused)


@dataclass(frozen=True, slots=True)
class Check:
    """The rows that can be imported, the cells that stop others, and the count of both."""

    accepted: Sequence[NewResult]
    refused: Sequence[no.Refused]
    tally: Tally


def check_file(content: bytes, filename: str, cycle: ExamCycle) -> Check:
    """Read a file and check it. Raises NotASheet, SheetTooLarge, SheetEmpty and as `check` does."""
    return check(read(content, filename, known=KNOWN_HEADINGS), cycle)


def check(sheet: Sheet, cycle: ExamCycle) -> Check:
    """Say for each row whether it can be imported.

    Raises ColumnsMissing, ColumnTwice, RulesMissing.
    """
    layout = layout_of(sheet.headings)
    papers = _papers_by_level(cycle.year)
    rows: list[ReadRow] = []
    refused: list[no.Refused] = []
    for row in sheet.rows:
        found = read_row(row, layout, year=cycle.year, papers=papers)
        if isinstance(found, ReadRow):
            rows.append(found)
        else:
            refused += found
    results = _matched(rows, layout, refused)
    once = _without_doubles(results, layout, refused)
    stopped = {cell.line for cell in refused}
    accepted = [result for result in once if result.line not in stopped]
    repeated = {r.line for r in results} - {r.line for r in accepted} - stopped
    refused.sort(key=lambda cell: cell.line)
    tally = tally_of(accepted, cycle, refused=len(stopped), repeated=len(repeated))
    return Check(accepted, refused, tally)


def tally_of(
    results: Sequence[NewResult], cycle: ExamCycle, *, refused: int = 0, repeated: int = 0
) -> Tally:
    """Count what `results` would change in what stands now; repeated rows change nothing."""
    stands = current_in(cycle, {result.person_id for result in results})
    new = [r for r in results if r.key not in stands or not r.is_like(stands[r.key])]
    lines = {result.line for result in new}
    return Tally(
        new=len(lines),
        corrected=len({result.line for result in new if result.key in stands}),
        unchanged=len({result.line for result in results} - lines) + repeated,
        refused=refused,
        passing=_count_passing(new, cycle),
    )


def _count_passing(new: Sequence[NewResult], cycle: ExamCycle) -> int:
    papers = papers_of({result.person_id for result in new})
    for result in new:
        fresh = result.paper(cycle.year)
        same = (fresh.level, fresh.subject, fresh.year)
        kept = [p for p in papers[result.person_id] if (p.level, p.subject, p.year) != same]
        papers[result.person_id] = [*kept, fresh]
    levels = {(result.person_id, result.level) for result in new}
    return sum(
        any(p.year == cycle.year and (person_id, p.level) in levels for p in earned)
        for person_id, earned in passes_of(papers).items()
    )


def _papers_by_level(year: int) -> dict[Level, list[str]]:
    rules = all_rules()
    found = {level: r.subjects for level in Level if (r := rule_of(level, year, rules))}
    if not found:
        raise RulesMissing(year=year)
    return found


def _matched(rows: Sequence[ReadRow], layout: Layout, refused: list[no.Refused]) -> list[NewResult]:
    """Find whose each row is; who is unknown or has another name is refused."""
    people = _people_of(rows)
    found: list[NewResult] = []
    for row in rows:
        person = people.get((row.id_type, row.id_number))
        if person is None:
            shown, heading = shown_id_number(row.id_number), layout.fields[Field.ID_NUMBER]
            refused.append(no.Refused(row.line, heading, shown, no.PersonUnknown()))
        elif clean_name(person.full_name).casefold() != row.name.casefold():
            reason = no.NameDiffers(expected=masked_name(person.full_name))
            refused.append(no.Refused(row.line, layout.fields[Field.NAME], row.name, reason))
        else:
            found += _results(row, person)
    return found


def _people_of(rows: Iterable[ReadRow]) -> dict[tuple[IdType, str], Person]:
    numbers: defaultdict[IdType, set[str]] = defaultdict(set)
    for row in rows:
        numbers[row.id_type].add(row.id_number)
    return {
        (id_type, number): person
        for id_type, of_type in numbers.items()
        for part in chunks(sorted(of_type))
        for number, person in by_id_numbers(id_type, part).items()
    }


def _results(row: ReadRow, person: Person) -> list[NewResult]:
    common = NewResult(
        line=row.line,
        person_id=person.id,
        level=row.level,
        subject=Subject.PRACTICE,
        status=ResultStatus.ABSENT,
        score=None,
        region=row.region,
        published_verdict=row.published_verdict,
    )
    return [
        replace(common, subject=subject, status=status, score=score)
        for subject, (status, score) in row.scores.items()
    ]


def _without_doubles(
    results: Sequence[NewResult], layout: Layout, refused: list[no.Refused]
) -> list[NewResult]:
    """Take the same paper once; where two lines differ, neither is taken: we cannot know which."""
    by_key: defaultdict[Key, list[NewResult]] = defaultdict(list)
    for result in results:
        by_key[result.key].append(result)
    kept = []
    for same in by_key.values():
        others = [next((o for o in same if o.says != result.says), None) for result in same]
        if others[0] is None:
            kept.append(same[0])
            continue
        for result, other in zip(same, others, strict=True):
            heading = layout.papers.get(result.subject) or layout.fields[Field.SCORE]
            reason = no.RowTwice(line=other.line if other else 0)
            refused.append(no.Refused(result.line, heading, _shown(result), reason))
    return kept


def _shown(result: NewResult) -> str:
    if result.score is None:
        return {ResultStatus.ABSENT: "-1", ResultStatus.DISCIPLINE: "-2"}.get(result.status, "")
    return f"{result.score.normalize():f}"
