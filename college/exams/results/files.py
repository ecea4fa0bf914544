"""What the dry run found in a sheet, kept encrypted."""

import sys
from decimal import Decimal
from typing import Any

from college.core.imports import Refused, found_in, keep_found, refused_again
from college.exams.pass_rules.models import Subject
from college.exams.results.checked import Check, NewResult
from college.exams.results.models import ResultStatus, Verdict
from college.people.qualifications.models import Level


def keep_check(check: Check) -> str:
    """Store what a dry run found and return the hash; its counts are the import's own columns."""
    found = {
        "accepted": check.accepted,
        "refused": [cell.kept for cell in check.refused],
        "losing": check.tally.losing,
        "passed_over": check.passed_over,
    }
    return keep_found(found, lambda one: _flat(one) if isinstance(one, NewResult) else str(one))


def accepted_in(check_sha256: str) -> list[NewResult]:
    """Return the results that a dry run found good, by line. Raises FileLost."""
    return [_result(flat) for flat in found_in(check_sha256)["accepted"]]


def told_in(check_sha256: str) -> tuple[list[int], list[str]]:
    """Who earns a certificate no more, and the headings not read; of no or an old dry run none.

    Raises FileLost.
    """
    found = found_in(check_sha256) if check_sha256 else {}
    return found.get("losing", []), found.get("passed_over", [])


def refused_in(check_sha256: str) -> list[Refused]:
    """Return the cells that a dry run refused, by line; "" is no dry run. Raises FileLost."""
    if not check_sha256:
        return []
    return [refused_again(cell) for cell in found_in(check_sha256)["refused"]]


def _flat(result: NewResult) -> tuple[object, ...]:
    score = None if result.score is None else str(result.score)
    told = (result.level, result.subject, result.status, score)
    return result.line, result.person_id, *told, result.region, result.published_verdict


def _result(flat: list[Any]) -> NewResult:
    line, person_id, level, subject, status, score, region, verdict = flat
    return NewResult(
        line=line,
        person_id=person_id,
        level=Level(level),
        subject=Subject(subject),
        status=ResultStatus(status),
        score=None if score is None else Decimal(score),
        region=sys.intern(region),  # few words, many rows
        published_verdict=None if verdict is None else Verdict(verdict),
    )
