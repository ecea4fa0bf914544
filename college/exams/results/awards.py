"""Which qualifications passes make, and the day that each certificate is taken to bear."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from college.exams.cycles.models import ExamCycle
from college.exams.cycles.queries import cycles_of
from college.exams.results.passing import Pass
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level, PassBasis
from college.people.qualifications.queries import ByExam, withdrawn_of

Cycles = Mapping[tuple[int, str], ExamCycle]


def awards(
    earned: Mapping[int, Sequence[Pass]],
    evidence: str = "",
    *,
    withdrawn: Collection[tuple[int, ByExam]] | None = None,
) -> list[Earned]:
    """What persons' passes earn: of each level the first certificate, whether it is held or not.

    Where that was by a regional line also the first one by the national line, which holds further.
    What somebody withdrew of these persons is none; who merges records says of whom. Without other
    evidence the exam is named. Two statements, however many persons.
    """
    if withdrawn is None:
        withdrawn = withdrawn_of(earned)
    first: dict[tuple[int, Level, PassBasis], Pass] = {}
    for person_id, certificates in earned.items():
        for certificate in certificates:  # by level and year, so that the first one is the earliest
            national = (person_id, certificate.level, PassBasis.NATIONAL)
            if (person_id, _by_exam(certificate)) in withdrawn:
                continue
            if certificate.rule.earns_qualification and national not in first:
                first.setdefault((person_id, certificate.level, certificate.basis), certificate)
    cycles = cycles_of({certificate.last_paper.year for certificate in first.values()})
    return [
        Earned(
            person_id=person_id,
            level=level,
            approved_on=_approved_on(certificate, cycles),
            exam_year=certificate.year,
            basis=certificate.basis,
            region=certificate.region,
            evidence=(evidence or _cycle(certificate, cycles).name)[:200],
        )
        for (person_id, level, _), certificate in first.items()
    ]


def _by_exam(certificate: Pass) -> ByExam:
    return certificate.level, certificate.basis, certificate.region, certificate.year


def _approved_on(certificate: Pass, cycles: Cycles) -> date:
    """The date on a certificate: approved, else scores, else that of the list, else exam."""
    last = certificate.last_paper
    return _cycle(certificate, cycles).certified_on(last.published_on)


def _cycle(certificate: Pass, cycles: Cycles) -> ExamCycle:
    last = certificate.last_paper
    return cycles[last.year, last.province]
