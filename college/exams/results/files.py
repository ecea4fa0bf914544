"""What is kept of an upload, encrypted: the sheet as it came, and what the dry run found in it."""

import json
from base64 import b64decode, b64encode
from decimal import Decimal
from typing import Any

from college.core import crypto, storage
from college.exams.pass_rules.models import Subject
from college.exams.results.checked import Check, NewResult
from college.exams.results.models import ResultImport, ResultStatus, Verdict
from college.exams.results.refusals import Refused, reason_of
from college.people.qualifications.models import Level


def keep(content: bytes) -> str:
    """Store the bytes of a sheet, full of ID numbers, and return the hash to find them by."""
    return storage.files().put(crypto.seal(b64encode(content).decode()))


def content_of(result_import: ResultImport) -> bytes:
    """Return the bytes as they were uploaded. Raises FileLost."""
    return b64decode(crypto.unseal(storage.files().get(result_import.file_sha256)))


def keep_check(check: Check) -> str:
    """Store what a dry run found and return the hash; its counts are the import's own columns."""
    found = {
        "accepted": [_flat(result) for result in check.accepted],
        "refused": [
            (cell.line, cell.column, cell.value, cell.reason.code, cell.reason.facts)
            for cell in check.refused
        ],
    }
    return storage.files().put(crypto.seal(json.dumps(found, ensure_ascii=False)))


def accepted_in(check_sha256: str) -> list[NewResult]:
    """Return the results that a dry run found good, by line. Raises FileLost."""
    return [_result(flat) for flat in _kept(check_sha256)["accepted"]]


def refused_in(check_sha256: str) -> list[Refused]:
    """Return the cells that a dry run refused, by line; "" is no dry run. Raises FileLost."""
    if not check_sha256:
        return []
    return [
        Refused(line, column, value, reason_of(code, facts))
        for line, column, value, code, facts in _kept(check_sha256)["refused"]
    ]


def _kept(check_sha256: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = json.loads(crypto.unseal(storage.files().get(check_sha256)))
    return found


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
        region=region,
        published_verdict=None if verdict is None else Verdict(verdict),
    )
