"""A class's register as a spreadsheet: attendance lesson by lesson, then the marks."""

from flask_babel import gettext

from college.core.sheets import Cell, write_xlsx
from college.courses.attendance.models import AttendanceRecord, AttendanceStatus
from college.courses.grades.queries import Book, Line
from college.web.jinja import own, said, short_day


def workbook(book: Book) -> bytes:
    headings = [gettext("Name"), gettext("Unit")]
    headings += [f"{lesson.position} · {short_day(lesson.starts_at)}" for lesson in book.lessons]
    headings.append(gettext("Minutes attended"))
    headings += [own(assessment, "title") for assessment in book.grid.assessments]
    headings.append(gettext("Total"))
    return write_xlsx(gettext("Register"), headings, [_row(book, one) for one in book.grid.lines])


def _row(book: Book, line: Line) -> list[Cell]:
    trainee = line.trainee
    there = [book.records.get((trainee.enrolment.id, lesson.id)) for lesson in book.lessons]
    marks = [cell.value for cell in line.cells]
    return [
        trainee.person.full_name,
        own(trainee.unit, "name") if trainee.unit else "",
        *(_words(record) for record in there),
        line.attended.minutes,
        *("" if mark is None else float(mark) for mark in (*marks, line.total)),
    ]


def _words(record: AttendanceRecord | None) -> str:
    """Chinese and English alike: the word, and for whoever was late the minutes."""
    if record is None:
        return ""
    is_late = record.status is AttendanceStatus.LATE
    return f"{said(record.status)} {record.minutes_late}" if is_late else said(record.status)
