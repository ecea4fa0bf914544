"""A class's timetable as an iCalendar file (RFC 5545) for the calendar of a phone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from college.core import clock
from college.courses.runs.models import CourseRun, Lesson
from college.web.jinja import own

LINE_OCTETS = 75  # RFC 5545 §3.1, without the line break
ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Shanghai",
    "BEGIN:STANDARD",
    "DTSTART:19910915T000000",  # since then without summer time
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def timetable(run: CourseRun, home_url: str) -> bytes:
    """The lessons of `run`, loaded with their instructors, in the reader's language."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//College//Timetable//EN"]
    lines += ["CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(own(run, 'title'))}"]
    lines += ZONE
    host = urlsplit(home_url).hostname or "college"
    for lesson in run.lessons:
        lines += event(run, lesson, host)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in folded(line))


def event(run: CourseRun, lesson: Lesson, host: str) -> Iterator[str]:
    place = "" if lesson.is_online else own(run, "place")
    where = ", ".join(part for part in (own(lesson, "room"), place) if part)
    yield "BEGIN:VEVENT"
    yield f"UID:lesson-{lesson.id}@{host}"
    yield f"DTSTAMP:{clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;TZID=Asia/Shanghai:{wall_time(lesson.starts_at)}"
    yield f"DTEND;TZID=Asia/Shanghai:{wall_time(lesson.ends_at)}"
    yield f"SUMMARY:{escaped(own(lesson, 'title'))}"
    yield f"LOCATION:{escaped(where)}"
    yield f"DESCRIPTION:{escaped(own(run, 'title') + chr(10) + lesson.instructor.full_name)}"
    yield "END:VEVENT"


def wall_time(moment: datetime) -> str:
    return f"{clock.local(moment):%Y%m%dT%H%M%S}"


def escaped(text: str) -> str:
    """TEXT as RFC 5545 §3.3.11 writes it."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    for end in ("\r\n", "\n", "\r"):  # to some programs a lone return ends a line too
        text = text.replace(end, "\\n")
    return text


def folded(line: str) -> Iterator[bytes]:
    """Cut a line into pieces of at most 75 octets, never inside a character; a space leads on."""
    piece = b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > LINE_OCTETS:
            yield piece
            piece = b" "
        piece += octets
    yield piece
