"""The pass engine against the field's own examples and an oracle written another way."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from college.exams.pass_rules.data import LINES, RULES
from college.exams.pass_rules.models import PassLine, PassRule, Subject
from college.exams.results.models import ResultStatus, Verdict
from college.exams.results.passing import Paper, is_in, judge, passes
from college.people.qualifications.models import Level, PassBasis

A, B, C = Subject.COMPREHENSIVE, Subject.PRACTICE, Subject.LAW_AND_POLICY
ASSISTANT, WORKER, SENIOR = Level.ASSISTANT, Level.SOCIAL_WORKER, Level.SENIOR
KULUN = "库伦旗"
RULE_ROWS = [
    PassRule(
        level=r.level,
        subjects=[s.value for s in r.subjects],
        window_years=r.window_years,
        earns_qualification=r.earns_qualification,
        from_year=r.from_year,
        to_year=None,
        citation=r.citation,
    )
    for r in RULES
]
LINE_ROWS = [
    PassLine(year=x.year, level=x.level, line=x.line, region=x.region, subject=None, citation="")
    for x in LINES
]

NATIONAL_ROWS = [x for x in LINE_ROWS if (x.year, x.level, x.region) == (2025, ASSISTANT, "")]


def paper(level: Level, year: int, subject: Subject, score: str, region: str = "", **over) -> Paper:
    mark = Decimal(score)
    return Paper(level=level, subject=subject, year=year, score=mark, region=region, **over)


def certificates(*papers: Paper) -> list[tuple[Level, int, PassBasis, str]]:
    found = passes(papers, RULE_ROWS, LINE_ROWS)
    return [(p.level, p.year, p.basis, p.region) for p in found]


NATIONAL, REGIONAL = PassBasis.NATIONAL, PassBasis.REGIONAL


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        pytest.param(
            [paper(ASSISTANT, 2025, A, "60"), paper(ASSISTANT, 2025, B, "60")],
            [(ASSISTANT, 2025, NATIONAL, "")],
            id="assistant: both papers in one year",
        ),
        pytest.param(
            [paper(ASSISTANT, 2024, A, "60"), paper(ASSISTANT, 2025, B, "60")],
            [],
            id="assistant: nothing rolls into the next year",
        ),
        pytest.param(
            [
                paper(WORKER, 2024, A, "60"),
                paper(WORKER, 2025, B, "61"),
                paper(WORKER, 2025, C, "62"),
            ],
            [(WORKER, 2025, NATIONAL, "")],
            id="social worker: three papers within two years",
        ),
        pytest.param(
            [
                paper(WORKER, 2023, A, "60"),
                paper(WORKER, 2024, B, "60"),
                paper(WORKER, 2025, C, "60"),
            ],
            [],
            id="social worker: the first year has rolled out of the window",
        ),
        pytest.param(
            [
                paper(WORKER, 2023, A, "60"),
                paper(WORKER, 2025, B, "60"),
                paper(WORKER, 2025, C, "60"),
            ],
            [],
            id="consecutive are exam years, whether or not one sat",
        ),
        pytest.param(
            [
                paper(WORKER, 2023, A, "60"),
                paper(WORKER, 2024, B, "60"),
                paper(WORKER, 2025, C, "60"),
                paper(WORKER, 2025, A, "60"),
            ],
            [(WORKER, 2025, NATIONAL, "")],
            id="sitting the lapsed paper again mends it",
        ),
        pytest.param(
            [paper(ASSISTANT, 2025, A, "59.5"), paper(ASSISTANT, 2025, B, "60")],
            [],
            id="59.5 does not pass by arithmetic",
        ),
        pytest.param(
            [
                paper(ASSISTANT, 2025, A, "59.5", published_verdict=Verdict.PASSED),
                paper(ASSISTANT, 2025, B, "60"),
            ],
            [(ASSISTANT, 2025, NATIONAL, "")],
            id="59.5 published as passed passes",
        ),
        pytest.param(
            [
                paper(ASSISTANT, 2025, A, "75", published_verdict=Verdict.NOT_PASSED),
                paper(ASSISTANT, 2025, B, "60"),
            ],
            [],
            id="75 cancelled after the eligibility check does not pass",
        ),
        pytest.param(
            [paper(ASSISTANT, 2025, A, "53", KULUN), paper(ASSISTANT, 2025, B, "80", KULUN)],
            [(ASSISTANT, 2025, REGIONAL, KULUN)],
            id="one paper on the regional line binds the certificate",
        ),
        pytest.param(
            [paper(ASSISTANT, 2025, A, "60", KULUN), paper(ASSISTANT, 2025, B, "80", KULUN)],
            [(ASSISTANT, 2025, NATIONAL, "")],
            id="who reaches the national line everywhere is not bound",
        ),
        pytest.param(
            [
                paper(ASSISTANT, 2025, A, "53", "科尔沁区"),
                paper(ASSISTANT, 2025, B, "80", "科尔沁区"),
            ],
            [],
            id="the regional line is for that region alone",
        ),
        pytest.param(
            [
                paper(ASSISTANT, 2025, A, "53", "内蒙古通辽市库伦旗"),
                paper(ASSISTANT, 2025, B, "80", KULUN),
            ],
            [(ASSISTANT, 2025, REGIONAL, KULUN)],
            id="the place may be written in full",
        ),
        pytest.param(
            [paper(WORKER, 2025, s, "57.5", KULUN) for s in (A, B, C)],
            [],
            id="social worker: the regional line was 58",
        ),
        pytest.param(
            [
                paper(WORKER, 2024, A, "58", KULUN),
                *(paper(WORKER, 2025, s, "58", KULUN) for s in (B, C)),
            ],
            [],
            id="no regional line is on record for 2024",
        ),
        pytest.param(
            [paper(SENIOR, 2025, B, "60")],
            [(SENIOR, 2025, NATIONAL, "")],
            id="senior: one paper gives the statement",
        ),
        pytest.param(
            [paper(SENIOR, 2025, B, "58", KULUN)],
            [],
            id="senior: the regional line was the national one",
        ),
    ],
)
def test_examples_of_the_field(papers, expected):
    assert certificates(*papers) == expected


def test_a_senior_pass_earns_no_qualification_by_itself():
    (earned,) = passes([paper(SENIOR, 2025, B, "90")], RULE_ROWS, LINE_ROWS)

    assert not earned.rule.earns_qualification


@pytest.mark.parametrize("status", [ResultStatus.ABSENT, ResultStatus.DISCIPLINE])
def test_who_was_absent_or_withheld_never_passes(status):
    withheld = Paper(
        level=SENIOR, subject=B, year=2025, status=status, published_verdict=Verdict.PASSED
    )

    assert judge(withheld, LINE_ROWS).verdict is Verdict.NOT_PASSED


def test_a_pass_names_its_rule_and_its_lines():
    both = [paper(ASSISTANT, 2025, A, "53", KULUN), paper(ASSISTANT, 2025, B, "80", KULUN)]

    (earned,) = passes(both, RULE_ROWS, LINE_ROWS)

    assert earned.rule.level is ASSISTANT
    assert [(line.region, line.line) for line in earned.lines] == [
        (KULUN, Decimal(53)),
        ("", Decimal(60)),
    ]


def test_a_line_of_one_paper_goes_before_that_of_the_level():
    own = PassLine(year=2025, level=SENIOR, subject=B, region="", line=Decimal(55), citation="")

    assert judge(paper(SENIOR, 2025, B, "56"), [*LINE_ROWS, own]).line is own


@pytest.mark.parametrize(
    ("place", "region", "is_inside"),
    [
        ("库伦旗", "库伦旗", True),
        ("内蒙古自治区通辽市库伦旗", "库伦旗", True),
        ("通辽库伦旗", "库伦旗", True),
        ("库伦旗库伦镇", "库伦旗", True),
        ("通辽市库伦旗白音花苏木", "库伦旗", True),
        ("通辽市库伦旗", "通辽市", True),
        ("甘肃省庆阳市宁县", "宁县", True),
        ("陕西省商洛市商南县", "南县", False),
        ("通辽市奈曼旗", "库伦旗", False),
        ("通辽市", "通辽市库伦旗", False),
        ("", "库伦旗", False),
        ("库伦旗", "", False),
    ],
)
def test_a_place_is_in_its_divisions(place, region, is_inside):
    assert is_in(place, region) is is_inside


def test_the_banner_is_nearer_than_its_city():
    lines = [
        PassLine(
            year=2025, level=ASSISTANT, subject=None, region=region, line=Decimal(line), citation=""
        )
        for region, line in (("库伦旗", 53), ("通辽市", 50))
    ]

    assert judge(paper(ASSISTANT, 2025, A, "52", "通辽市库伦旗库伦镇"), lines).is_passed is False
    assert judge(paper(ASSISTANT, 2025, A, "52", "通辽市奈曼旗"), lines).region == "通辽市"


def test_the_nearest_region_is_one_that_has_a_line_for_the_paper():
    region = {"year": 2025, "citation": "", "line": Decimal(53)}
    wide = PassLine(level=ASSISTANT, subject=None, region=KULUN, **region)
    of_another_paper = PassLine(level=ASSISTANT, subject=B, region=f"通辽市{KULUN}", **region)
    of_another_level = PassLine(level=WORKER, subject=None, region=f"辽市{KULUN}", **region)

    sat = paper(ASSISTANT, 2025, A, "55", f"内蒙古通辽市{KULUN}")
    found = judge(sat, [of_another_level, of_another_paper, wide])

    assert (found.verdict, found.line) == (Verdict.PASSED, wide)


@pytest.mark.parametrize(
    ("day", "region"),
    [(date(2025, 7, 25), ""), (date(2025, 9, 12), KULUN), (None, KULUN)],
)
def test_who_passed_before_the_regional_line_did_not_pass_by_it(day, region):
    drawn = PassLine(
        year=2025, level=ASSISTANT, subject=None, region=KULUN, line=Decimal(53),
        published_on=date(2025, 9, 12), citation="",
    )  # fmt: skip
    rounded = {"published_verdict": Verdict.PASSED, "published_on": day}

    found = judge(paper(ASSISTANT, 2025, A, "59.5", KULUN, **rounded), [*NATIONAL_ROWS, drawn])

    assert (found.verdict, found.region) == (Verdict.PASSED, region)
    assert found.line is (drawn if region else NATIONAL_ROWS[0])


# ---- the oracle: tries every choice of one result per paper, by the words of the rule alone ----

PAPERS = {ASSISTANT: (A, B), WORKER: (A, B, C), SENIOR: (B,)}
SPAN = {ASSISTANT: 1, WORKER: 2, SENIOR: 1}
DRAWN = {(2025, ASSISTANT): 53, (2025, WORKER): 58}
OUTCOMES = ("no", "regional", "national")


def outcome(p: Paper) -> str:
    if p.status is not ResultStatus.SAT:
        return "no"
    assert p.score is not None
    if p.score >= 60:  # whom a list fails all the same was failed for another reason
        return "no" if p.published_verdict is Verdict.NOT_PASSED else "national"
    if p.region == KULUN and (p.year, p.level) in DRAWN:
        reached = p.score >= DRAWN[p.year, p.level]
        return "regional" if reached or p.published_verdict is Verdict.PASSED else "no"
    return "national" if p.published_verdict is Verdict.PASSED else "no"


def oracle(papers: Iterable[Paper]) -> set[tuple[Level, int, PassBasis]]:
    rows = [(p.level, p.year, p.subject, outcome(p)) for p in papers]
    found = set()
    for level, year in product(PAPERS, range(2019, 2028)):
        if not any(r[:2] == (level, year) and r[3] != "no" for r in rows):
            continue
        window = range(year - SPAN[level] + 1, year + 1)
        per_paper = [
            [r[3] for r in rows if r[0] is level and r[1] in window and r[2] is s and r[3] != "no"]
            for s in PAPERS[level]
        ]
        choices = list(product(*per_paper))
        if choices:
            free = any(all(o == "national" for o in choice) for choice in choices)
            found.add((level, year, NATIONAL if free else REGIONAL))
    return found


@st.composite
def transcripts(draw: st.DrawFn) -> list[Paper]:
    """One person's current results: at most one per level, year and paper."""
    keys = draw(
        st.lists(
            st.tuples(
                st.sampled_from([ASSISTANT, WORKER, WORKER, SENIOR]),
                st.integers(2022, 2026),
                st.sampled_from([A, B, C]),
            ),
            unique=True,
            max_size=12,
        )
    )
    found = []
    for level, year, subject in keys:
        status = draw(st.sampled_from([ResultStatus.SAT] * 6 + [ResultStatus.ABSENT]))
        half = draw(st.integers(100, 130))
        found.append(
            Paper(
                level=level,
                year=year,
                subject=subject,
                status=status,
                score=Decimal(half) / 2 if status is ResultStatus.SAT else None,
                region=draw(st.sampled_from(["", KULUN, "开鲁县"])),
                published_verdict=draw(st.sampled_from([None, None, *Verdict])),
            )
        )
    return found


@settings(max_examples=300)
@given(transcripts())
def test_agrees_with_the_oracle(papers):
    found = {(p.level, p.year, p.basis) for p in passes(papers, RULE_ROWS, LINE_ROWS)}

    assert found == oracle(papers)


@settings(max_examples=100)
@given(transcripts(), st.randoms(use_true_random=False))
def test_the_order_of_results_does_not_matter(papers, random):
    shuffled = list(papers)
    random.shuffle(shuffled)

    assert certificates(*shuffled) == certificates(*papers)
