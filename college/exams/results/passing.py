"""The pass engine: which papers are passed, and which certificates they earn. It reads no database.

Source: 国人部发〔2006〕71号 (windows), 人社厅发〔2022〕25号 (regional lines). A notice may lengthen
a window, as for exams that an epidemic suspended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import overload

from college.exams.pass_rules.models import Extension, PassLine, PassRule, Subject
from college.exams.pass_rules.queries import rule_of
from college.exams.results.models import ResultStatus, Verdict
from college.people.qualifications.models import Level, PassBasis

PROVINCES = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江",
    "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川",
    "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆",
)  # fmt: skip
DIVISIONS = ("省", "市", "州", "盟", "县", "区", "旗", *PROVINCES)  # what stands before a county


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One current result: a paper of one exam year, in the exam of a province.

    `region` is the place of registration, `published_on` the day of the list; None: not known.
    """

    level: Level
    subject: Subject
    year: int
    status: ResultStatus = ResultStatus.SAT
    score: Decimal | None = None
    region: str = ""
    province: str = ""
    published_verdict: Verdict | None = None
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A paper with its verdict, the line that gave it, and the region to which a pass is bound."""

    paper: Paper
    verdict: Verdict
    line: PassLine | None = None
    region: str = ""

    @property
    def is_passed(self) -> bool:
        return self.verdict is Verdict.PASSED


@dataclass(frozen=True, slots=True)
class Pass:
    """A certificate earned in exam year `year`, by which rule and, through its papers, lines.

    `extensions` are the notices without which a paper would have lapsed.
    """

    level: Level
    year: int
    basis: PassBasis
    region: str
    papers: tuple[Judged, ...]
    rule: PassRule
    extensions: tuple[Extension, ...] = ()

    @property
    def lines(self) -> list[PassLine]:
        return [judged.line for judged in self.papers if judged.line is not None]

    @property
    def last_paper(self) -> Paper:
        """The one that made it complete: of the last year, on the newest list."""
        return max(
            (judged.paper for judged in self.papers),
            key=lambda paper: (paper.year, paper.published_on or date.min),
        )


class Lines(Sequence[PassLine]):
    """Lines by the exam that they are of: all years have many, one has a few.

    Whoever judges many papers sorts the lines once.
    """

    def __init__(self, lines: Iterable[PassLine]) -> None:
        self.all = tuple(lines)
        self.by_exam: dict[tuple[int, Level], list[PassLine]] = {}
        for line in self.all:
            self.by_exam.setdefault((line.year, line.level), []).append(line)

    def __len__(self) -> int:
        return len(self.all)

    @overload
    def __getitem__(self, index: int) -> PassLine: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PassLine]: ...
    def __getitem__(self, index: int | slice) -> PassLine | Sequence[PassLine]:
        return self.all[index]

    def of(self, paper: Paper) -> Sequence[PassLine]:
        """Those that may be meant: of the paper's year and level."""
        return self.by_exam.get((paper.year, paper.level), ())


def judge(paper: Paper, lines: Sequence[PassLine]) -> Judged:
    """Say whether a paper is passed, on which line.

    Who was absent or withheld never passes. The published verdict wins over arithmetic, since
    provinces round; arithmetic only tells on which line a published pass was won. What is published
    speaks of the lines of its day alone: a fail may still reach a regional one that came later, and
    a pass was not won on it. Without a mark nothing else is known: a pass holds no further than the
    region whose line may have won it.
    """
    if paper.status is not ResultStatus.SAT:
        return Judged(paper, Verdict.NOT_PASSED)
    lines = lines.of(paper) if isinstance(lines, Lines) else lines
    national, regional = _line(paper, lines, ""), _regional_line(paper, lines)
    if paper.published_verdict is Verdict.NOT_PASSED and not _is_overtaken(
        paper, national, regional
    ):
        return Judged(paper, Verdict.NOT_PASSED, national)
    if _reaches(paper, national):
        return Judged(paper, Verdict.PASSED, national)
    is_published = paper.published_verdict is Verdict.PASSED
    if is_published and _is_before(paper, regional):
        return Judged(paper, Verdict.PASSED, national)
    if regional is not None and (is_published or _reaches(paper, regional)):
        return Judged(paper, Verdict.PASSED, regional, regional.region)
    verdict = Verdict.PASSED if is_published else Verdict.NOT_PASSED
    return Judged(paper, verdict, national)


def passes(
    papers: Iterable[Paper],
    rules: Sequence[PassRule],
    lines: Sequence[PassLine],
    extensions: Sequence[Extension] = (),
) -> list[Pass]:
    """Return what one person's current results earn, by level and year.

    A level is earned in year Y when a paper was passed in Y and the passes that count in Y cover
    all papers. One paper on a regional line binds the whole certificate to the region.
    """
    lines = lines if isinstance(lines, Lines) else Lines(lines)
    judged = [judge(paper, lines) for paper in papers]
    passed = [j for j in judged if j.is_passed]
    sittings = {(j.paper.level, j.paper.year) for j in passed}
    earned = []
    for level, year in sorted(sittings, key=lambda s: (s[0].rank, s[1])):
        rule = rule_of(level, year, rules)
        chosen = _cover(rule, year, passed, extensions) if rule else None
        if rule and chosen:
            earned.append(_certificate(rule, year, chosen, extensions))
    return earned


def counts_in(
    rule: PassRule, paper: Paper, year: int, extensions: Sequence[Extension] = ()
) -> bool:
    """Whether a passed paper still counts for the certificate of `year`."""
    return paper.year <= year <= counts_until(rule, paper, extensions)


def counts_until(rule: PassRule, paper: Paper, extensions: Sequence[Extension] = ()) -> int:
    """The last exam year for whose certificate a passed paper counts."""
    usual = paper.year + rule.window_years - 1
    notice = extension_of(rule, paper, extensions)
    return notice.until_year if notice is not None else usual


def extension_of(rule: PassRule, paper: Paper, extensions: Sequence[Extension]) -> Extension | None:
    """The notice that lets a paper count longest, where one goes beyond the usual window."""
    longer = [
        notice
        for notice in extensions
        if notice.level is paper.level
        and notice.passed_year == paper.year
        and notice.province in {"", paper.province}
        and notice.until_year >= paper.year + rule.window_years
    ]
    return max(longer, key=lambda notice: notice.until_year, default=None)


def is_in(place: str, region: str) -> bool:
    """Whether a place, written short or in full, lies in a region: 通辽市库伦旗库伦镇 is in 库伦旗.

    Of a name as short as 南县 others are the end, such as 商南县: it must begin a division.
    """
    return _end_of(region, place) > 0


def _end_of(region: str, place: str) -> int:
    """Where in the name of a place that of a region ends; 0 where it is not in it."""
    start = place.rfind(region) if region else -1
    if start > 0 and len(region) <= 2 and not place[:start].endswith(DIVISIONS):
        return 0
    return start + len(region) if start >= 0 else 0


def _reaches(paper: Paper, line: PassLine | None) -> bool:
    return line is not None and paper.score is not None and paper.score >= line.line


def _cover(
    rule: PassRule, year: int, passed: Sequence[Judged], extensions: Sequence[Extension]
) -> tuple[Judged, ...] | None:
    """One pass for each paper of the rule: a national one if there is, the latest of those."""
    counting = [
        j
        for j in passed
        if j.paper.level is rule.level and counts_in(rule, j.paper, year, extensions)
    ]
    chosen = []
    for subject in rule.subjects:
        of_subject = [j for j in counting if j.paper.subject == subject]
        if not of_subject:
            return None
        chosen.append(max(of_subject, key=lambda j: (not j.region, j.paper.year)))
    return tuple(chosen)


def _certificate(
    rule: PassRule, year: int, papers: tuple[Judged, ...], extensions: Sequence[Extension]
) -> Pass:
    region = next((judged.region for judged in papers if judged.region), "")
    basis = PassBasis.REGIONAL if region else PassBasis.NATIONAL
    lapsed = (j.paper for j in papers if not counts_in(rule, j.paper, year))
    used = tuple(found for p in lapsed if (found := extension_of(rule, p, extensions)))
    return Pass(rule.level, year, basis, region, papers, rule, used)


def _is_overtaken(paper: Paper, national: PassLine | None, regional: PassLine | None) -> bool:
    """Whether a published fail was so by the national line, before the regional one was drawn.

    A mark that the national line passes was failed for another reason, such as a missed check.
    Without both days it is taken to be so: regional lines come weeks after the scores.
    """
    if national is None or regional is None or paper.score is None:
        return False
    if paper.score >= national.line:
        return False
    if paper.published_on is None or regional.published_on is None:
        return True
    return paper.published_on < regional.published_on


def _is_before(paper: Paper, regional: PassLine | None) -> bool:
    """Whether a list is known to be older than the regional line."""
    if regional is None or paper.published_on is None or regional.published_on is None:
        return False
    return paper.published_on < regional.published_on


def _line(paper: Paper, lines: Sequence[PassLine], region: str) -> PassLine | None:
    """The line of a region ("": the country); one drawn for the paper alone goes first."""
    fitting = [line for line in lines if line.region == region and _is_for(paper, line)]
    return max(fitting, key=lambda line: line.subject is not None, default=None)


def _regional_line(paper: Paper, lines: Sequence[PassLine]) -> PassLine | None:
    """The line of the nearest region that has one for the paper."""
    here = [line for line in lines if _is_for(paper, line) and is_in(paper.region, line.region)]
    regions = (line.region for line in here)
    nearest = max(regions, key=lambda r: (_end_of(r, paper.region), len(r)), default="")
    return _line(paper, here, nearest) if nearest else None


def _is_for(paper: Paper, line: PassLine) -> bool:
    is_of_exam = line.year == paper.year and line.level is paper.level
    return is_of_exam and line.subject in {None, paper.subject}
