"""From an enrolment to what its paper says: the facts, and what keeps them from being printed."""

from collections.abc import Mapping
from datetime import date, datetime

from college.certs.batches.models import Problem
from college.certs.designs.models import Design
from college.certs.issuer import issuer
from college.certs.paper import Paper
from college.certs.printing import pull
from college.certs.refusals import MissingGlyph, NotPrinted, TextTooLong
from college.certs.wording import class_periods, en_date, zh_date
from college.core import clock
from college.core.helper import Ended
from college.courses.enrolments.models import Enrolment

Trouble = dict[str, str]  # {code: a Problem, **facts}; empty: none
DUMMY = {"number": "TLSW-JY-2026-000000-0", "code": "0000-0000-0000-0"}  # as wide as real ones
SURELY_FITS = 46  # characters of name and class title together; what is longer is tried out
TRIAL = '<html lang="zh-CN"><title>-</title><p>{{characters}}</p></html>'
SMALL = "p { font-size: 6pt; line-height: 1.2 }"
SAMPLE = {"number": "预览", "code": ""}


def paper(design: Design) -> Paper:
    return Paper(html=design.html, css=design.css, name=f"{design.name} {design.version}")


def facts_of(enrolment: Enrolment, issue_on: date, now: datetime) -> dict[str, str]:
    """What the paper of a completed class says, but for number, code and where the QR leads."""
    run, person, course = enrolment.run, enrolment.person, enrolment.run.course
    return {
        "name": person.full_name,
        "id_tail": person.id_tail,
        "course": run.title,
        "course_en": run.title_en,
        "from": zh_date(run.starts_on),
        "to": zh_date(run.ends_on),
        "from_en": en_date(run.starts_on),
        "to_en": en_date(run.ends_on),
        "periods": class_periods(course.minutes, course.minutes_per_period),
        "issuer": issuer().name,
        "date": zh_date(issue_on),
        "issued_at": clock.local(now).isoformat(timespec="seconds"),
        "verify": issuer().verify_address,
    }


def sample(design: Design, facts: Mapping[str, str]) -> bytes:
    """A paper to look at: it has no number and no code, and cannot be taken for a real one."""
    return pull(paper(design), {**facts, **SAMPLE, "qr": issuer().link()})


def troubles(design: Design, facts: Mapping[int, dict[str, str]]) -> dict[int, Trouble]:
    """Which of many papers cannot be printed, by their keys: all characters are tried at once."""
    gone = missing(design, "".join(f["name"] + f["course"] for f in facts.values()))
    found = {}
    for key, each in facts.items():
        text = each["name"] + each["course"]
        if not gone.isdisjoint(text) or len(text) > SURELY_FITS or not each["id_tail"]:
            found[key] = trouble_with(design, each)
    return {key: trouble for key, trouble in found.items() if trouble}


def missing(design: Design, text: str) -> frozenset[str]:
    """The characters of `text` that none of the papers' faces draws, found by setting them."""
    characters = "".join(sorted(set(text)))
    trial = Paper(html=TRIAL, css=design.css + SMALL, name="trial")
    facts = {"name": "-", "issuer": "-", "date": "-", "qr": "-"}
    gone: set[str] = set()
    while characters:
        try:
            pull(trial, {**facts, "characters": characters})
        except MissingGlyph as refusal:  # what is unprintable by nature is named before the rest
            gone.update(refusal.characters)
            characters = "".join(c for c in characters if c not in gone)
        else:
            break
    return frozenset(gone)


def trouble_with(design: Design, facts: Mapping[str, str]) -> Trouble:
    """Why this paper cannot be printed, found by printing it with a number that nobody has."""
    if not facts["id_tail"]:
        return {"code": Problem.ID_MISSING}
    try:
        pull(paper(design), {**facts, **DUMMY, "qr": issuer().link("0" * 13)})
    except MissingGlyph as refusal:
        return {"code": Problem.MISSING_GLYPH, "characters": str(refusal)}
    except TextTooLong:
        return {"code": Problem.TEXT_TOO_LONG}
    except (NotPrinted, Ended) as refusal:
        return trouble_of(refusal)
    return {}


def trouble_of(refusal: NotPrinted | Ended) -> Trouble:
    """What stands beside the name of a person whose paper was refused or broke off."""
    if isinstance(refusal, Ended):
        return {"code": Problem.DRAWING_FAILED, "reason": refusal.kind}
    return {"code": Problem.DESIGN_FAULTY, "reason": str(refusal)}
