"""What two records both have and one person can have once only: resolved by a rule, or told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from college.core import journal
from college.core.db import db
from college.core.text import say
from college.courses.enrolments.models import GONE
from college.people.persons.models import Person
from college.register.reviews.models import REVIEWING
from college.reports.twins.references import MOVING, Reference, Rule

Row = sa.RowMapping


@dataclass(frozen=True, slots=True)
class Outcome:
    """`staying` rows are left with the record that goes; `doubled` are said by another row now.

    `reasons` are what forbids the merge, `notes` what its rules will do.
    """

    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    staying: dict[str, set[int]] = field(default_factory=dict)
    doubled: list[tuple[Reference, int, int]] = field(default_factory=list)
    keeps_account: bool = False  # the kept person has one: the other's is shut


# told where two rows of a kind can't both be one person's
TOLD: Mapping[str, str] = {
    "enrolment": say("Both are in the same class. Withdraw one of them from it first."),
    "run_instructor": say("Both teach the same class. Take one of them off it first."),
    "supervision_attendance": say("Both took part in the same supervision session."),
    "cohort_member": say("Both are in the same exam cohort. Take one of them out of it first."),
    "result": say("Both have a result of the same paper, and the two differ. Correct one first."),
    "registration": say("Both are registered for the same level. Cancel one of the two first."),
    "review": say("Both are under review for the senior level. End one of the two reviews first."),
    "qualification": say(
        "Both hold the same level, with different dates. Correct or withdraw one of them first."
    ),
    "data_request": say("Both wait for an answer about their data. Answer one of them first."),
    "employment": say(
        "Both have a post at the same unit at the same time. End or correct one of them first."
    ),
}
SUPERVISES = say("One gave supervision to the other: that can't be one person.")


def collide(kept: Person, gone: Person) -> Outcome:
    """Compare all that hangs on both."""
    outcome = Outcome(keeps_account=_has_account(kept))
    if outcome.keeps_account and _has_account(gone):
        outcome.notes.append(
            say(
                "Both have an account. That of the person kept stays; the other is shut, "
                "and whoever is signed in with it is signed out."
            )
        )
    for reference in MOVING:
        if reference.alike:
            _compare(reference, kept, gone, outcome)
    if journal.is_destroyed(kept.id) or journal.is_destroyed(gone.id):
        outcome.reasons.append(say("One of the two was deleted on request."))
    if _supervised(kept, gone) or _supervised(gone, kept):
        outcome.reasons.append(SUPERVISES)
    return outcome


def _has_account(person: Person) -> bool:
    (accounts,) = (r for r in MOVING if r.table == "account")
    return bool(db.session.scalar(sa.select(sa.exists().where(accounts.person == person.id))))


def _compare(reference: Reference, kept: Person, gone: Person, outcome: Outcome) -> None:
    said = set()
    for there, here in _pairs(reference, kept, gone):
        resolve = RESOLVED.get(reference.table)
        what = resolve(there, here) if resolve else False
        if what is None:  # they do not meet
            continue
        key = there[reference.key.name]
        if what is False:
            said.add(TOLD[reference.table])
        elif reference.table in STAYING:
            outcome.staying.setdefault(reference.table, set()).add(key)
            outcome.notes.append(STAYING[reference.table])
        else:
            outcome.doubled.append((reference, key, here[reference.key.name]))
            outcome.notes.append(DOUBLED[reference.table])
    outcome.reasons.extend(sorted(said))


def _pairs(reference: Reference, kept: Person, gone: Person) -> Sequence[tuple[Row, Row]]:
    """The rows of one that are like a row of the other."""
    there, here = _rows(reference, gone), _rows(reference, kept)
    alike: dict[tuple[Any, ...], list[Row]] = {}
    for row in here:
        alike.setdefault(tuple(row[name] for name in reference.alike), []).append(row)
    return [
        (row, other)
        for row in there
        for other in alike.get(tuple(row[name] for name in reference.alike), [])
    ]


def _rows(reference: Reference, person: Person) -> Sequence[Row]:
    chosen = sa.select(reference.rows).where(reference.person == person.id)
    if reference.while_none:
        chosen = chosen.where(reference.rows.c[reference.while_none].is_(None))
    return db.session.execute(chosen.order_by(reference.key)).mappings().all()


def _enrolments(there: Row, here: Row) -> bool | None:
    return there["state"] in GONE


def _results(there: Row, here: Row) -> bool | None:
    """Also where a line that comes later would pass the one and not the other."""
    said = "status", "score", "region", "published_verdict", "verdict"
    return all(there[name] == here[name] for name in said)


def _qualifications(there: Row, here: Row) -> bool | None:
    return bool(there["approved_on"] == here["approved_on"])


def _registrations(there: Row, here: Row) -> bool | None:
    return None if "cancelled" in {there["state"], here["state"]} else False


def _reviews(there: Row, here: Row) -> bool | None:
    return False if there["state"] in REVIEWING and here["state"] in REVIEWING else None


def _posts(there: Row, here: Row) -> bool | None:
    """Whether the one post holds all of the other; None where they have no day in common."""
    ends, other = there["to_on"], here["to_on"]
    if (ends and ends < here["from_on"]) or (other and other < there["from_on"]):
        return None
    lasts = other is None or (ends is not None and ends <= other)
    return bool(here["from_on"] <= there["from_on"] and lasts)


def _agreements(there: Row, here: Row) -> bool | None:
    return True


RESOLVED: Mapping[str, Callable[[Row, Row], bool | None]] = {
    "enrolment": _enrolments,
    "result": _results,
    "qualification": _qualifications,
    "employment": _posts,
    "registration": _registrations,
    "review": _reviews,
    "evidence_file": _agreements,
    "consent": _agreements,
    "lapse_warning": _agreements,
}
STAYING: Mapping[str, str] = {
    "enrolment": say("A withdrawn enrolment stays with the old record."),
    "consent": say("What both agreed to stays with the old record too."),
    "lapse_warning": say("What both were warned of stays with the old record too."),
}
DOUBLED: Mapping[str, str] = {
    "result": say("The same result of the same paper stands once from now on."),
    "evidence_file": say("The same e-certificate stands once from now on."),
    "qualification": say("The same level with the same date stands once from now on."),
    "employment": say("A post that lies within the other's post at the same unit counts once."),
}


def _supervised(one: Person, other: Person) -> bool:
    """Whether one led a session in which the other took part."""
    rows = {r.table: r for r in MOVING if r.rule is Rule.MOVE}
    led, was = rows["supervision_session"], rows["supervision_attendance"]
    same = led.key == was.rows.c.supervision_session_id
    met = sa.exists().where(same, led.person == one.id, was.person == other.id)
    return bool(db.session.scalar(sa.select(met)))
