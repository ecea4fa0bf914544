"""The way of an official list from a command: the same steps as from the page."""

from collections import Counter

from college.core.access import require
from college.core.db import db
from college.core.imports import Fate, Refused
from college.core.roles import Actor, Can
from college.exams.cycles.models import ExamCycle
from college.exams.official_lists import files
from college.exams.official_lists.checking import check, read_sheet
from college.exams.official_lists.layout import HEADINGS
from college.exams.official_lists.models import OfficialList
from college.exams.official_lists.operations import import_list
from college.exams.official_lists.queries import CHECK, RECORD
from college.exams.official_lists.reading import Wanted
from college.exams.official_lists.refusals import refuse_to_come
from college.exams.official_lists.uploading import About, take_in
from college.people.commands import commit_and_work

Told = tuple[Counter[Fate], list[Refused]]  # the rows by their fate, and the cells that stop some


def tried(actor: Actor, cycle: ExamCycle, content: bytes, filename: str, about: About) -> Told:
    """What a list would do; nothing is written, not even which column holds what.

    Raises NotAllowed, NotASheet, SheetTooLarge, SheetEmpty, ColumnsUnknown, ColumnChosenTwice,
    ListToCome.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    refuse_to_come(about.on)
    sheet = read_sheet(content, filename, about.kind)
    columns = HEADINGS[about.kind].certain_here(sheet.headings)
    wanted = Wanted(kind=about.kind, year=cycle.year, level=about.level)
    found = check(sheet, cycle, columns, wanted, lambda rows: None)
    return found.tally, list(found.refused)


def apply_list(actor: Actor, cycle: ExamCycle, content: bytes, filename: str, about: About) -> Told:
    """Go the way of the pages, and work off its two jobs here. Raises what `tried` does."""
    made = take_in(actor, cycle, content, filename, about, may_wait=False)
    commit_and_work(CHECK, made.id, "checked")
    import_list(actor, db.session.get_one(OfficialList, made.id))
    commit_and_work(RECORD, made.id, "noted")
    made = db.session.get_one(OfficialList, made.id)
    _, refused = files.shown_in(made.check_sha256)
    numbers = (made.rows_new, made.rows_changed, made.rows_unchanged, made.rows_refused)
    fates = (Fate.NEW, Fate.CHANGED, Fate.UNCHANGED, Fate.REFUSED)
    return Counter(dict(zip(fates, numbers, strict=True))), refused + made.refused_late
