"""What the rules' text says, tried out in every way: plain data, and nothing of the college's code.

国人部发〔2006〕71号: assistant, both papers in one exam year; social worker, all three within
two consecutive exam years. 人社部规〔2018〕2号: senior, one paper. 人社厅发〔2022〕25号: a line may
be drawn for a region after the exam, and a certificate won on it holds in that region alone.
"""

from dataclasses import dataclass, replace
from itertools import product

PAPERS = {
    "assistant": ("comprehensive", "practice"),
    "social_worker": ("comprehensive", "practice", "law_and_policy"),
    "senior": ("practice",),
}


@dataclass(frozen=True)
class Sat:
    """A line of a score list.

    `mark` is in half points, or "absent", "discipline", or "" where the list has the word alone.
    """

    level: str
    year: int
    paper: str
    mark: int | str
    place: str = ""
    province: str = ""
    word: str = ""  # what the list itself says: "passed", "not_passed", or nothing
    day: int = 0  # of the list, counted from the exam; 0: not known


@dataclass(frozen=True)
class Drawn:
    """A published line in half points; no region is the nation."""

    level: str
    year: int
    mark: int
    region: str = ""
    day: int = 0  # of its notice, as of a list


@dataclass(frozen=True)
class Notice:
    """Papers passed in `year` count through `until`; no province is the nation."""

    level: str
    year: int
    until: int
    province: str = ""


def passed_where(sat: Sat, lines: list[Drawn]) -> str | None:
    """None: not passed. "": passed for the whole country. Else the region where the pass holds.

    "not_passed" means the lines of the list's day; what they pass was refused for another reason.
    """
    if sat.mark in {"absent", "discipline"}:
        return None
    mine = [line for line in lines if (line.level, line.year) == (sat.level, sat.year)]
    if sat.word == "not_passed":
        then = [x for x in mine if x.region == "" or 0 < x.day <= sat.day]
        plain = passed_where(replace(sat, word=""), then)
        return passed_where(replace(sat, word=""), mine) if plain is None else None
    for line in mine:
        if line.region == "" and _reaches(sat, line):
            return ""
    for line in mine:
        in_region = line.region != "" and line.region in sat.place
        if sat.word == "passed" and 0 < sat.day < line.day:
            continue  # who passed them knew no such line yet
        if in_region and (_reaches(sat, line) or sat.word == "passed"):
            return line.region
    return "" if sat.word == "passed" else None


def _reaches(sat: Sat, line: Drawn) -> bool:
    return isinstance(sat.mark, int) and sat.mark >= line.mark


def counts(sat: Sat, year: int, notices: list[Notice]) -> bool:
    if sat.level == "social_worker" and sat.year == year - 1:
        return True
    if sat.year == year:
        return True
    return any(
        n.level == sat.level
        and n.year == sat.year
        and (n.province == "" or n.province == sat.province)
        and sat.year <= year <= n.until
        for n in notices
    )


def certificates(
    sats: list[Sat], lines: list[Drawn], notices: list[Notice]
) -> dict[tuple[str, int], set[str]]:
    """What is earned, by level and year, with the regions to which it may be bound; {""}: none."""
    found: dict[tuple[str, int], set[str]] = {}
    where = {sat: passed_where(sat, lines) for sat in sats}
    for level, year in {(sat.level, sat.year) for sat in sats if where[sat] is not None}:
        counting = [
            s
            for s in sats
            if s.level == level and where[s] is not None and counts(s, year, notices)
        ]
        per_paper = [[s for s in counting if s.paper == paper] for paper in PAPERS[level]]
        bound = [{where[s] for s in choice} - {""} for choice in product(*per_paper)]
        if bound:
            found[level, year] = {""} if set() in bound else set().union(*bound)
    return found
