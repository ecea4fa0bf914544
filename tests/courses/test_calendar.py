"""The timetable of a class as a calendar: what stands in it, and that nothing else can."""

from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from college.courses.runs.calendar import LINE_OCTETS, escaped, folded
from tests.factories.courses import make_run

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_calendar_is_an_attachment_with_one_event_a_lesson(sign_in):
    run = make_run(lessons=3, begins=datetime(2027, 4, 18, 9, 0, tzinfo=SHANGHAI))
    page = sign_in(None).get(f"/courses/runs/{run.id}/timetable.ics")
    assert page.content_type == "text/calendar; charset=utf-8"
    assert page.headers["Content-Disposition"].startswith("attachment")
    lines = page.data.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == 3
    assert lines.count("TZID:Asia/Shanghai") == 1
    assert "DTSTART;TZID=Asia/Shanghai:20270418T090000" in lines
    assert "DTEND;TZID=Asia/Shanghai:20270418T113000" in lines
    assert len({line for line in lines if line.startswith("UID:")}) == 3
    assert "LOCATION:Room 302\\, College" in lines


def test_calendar_names_the_college_by_its_own_address_whatever_the_request_says(sign_in, app):
    run = make_run(lessons=1)
    said = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    page = sign_in(None).get(f"/courses/runs/{run.id}/timetable.ics", headers=said)
    [named] = [line for line in page.text.split("\r\n") if line.startswith("UID:")]
    assert named.endswith(f"@{urlsplit(app.config['PUBLIC_URL']).hostname}")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_calendar_holds_no_line_that_a_title_began(end):
    assert escaped(f"Casework{end}END:VEVENT") == "Casework\\nEND:VEVENT"


def test_calendar_speaks_the_readers_language(sign_in):
    run = make_run()
    page = sign_in(None, language="zh").get(f"/courses/runs/{run.id}/timetable.ics")
    assert "SUMMARY:第1讲\r\n" in page.data.decode()


@pytest.mark.parametrize(
    "text", ["SUMMARY:" + "社会工作" * 40, "x" * 75, "x" * 76, "x" * 74 + "社", "", "x" * 400]
)
def test_folded_lines_fit_and_unfold_to_the_same(text):
    pieces = list(folded(text))
    assert all(len(piece) <= LINE_OCTETS for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    joined = pieces[0] + b"".join(piece[1:] for piece in pieces[1:])
    assert joined.decode() == text
    for piece in pieces:
        piece.decode()  # no character is cut in two


def test_marks_of_the_format_are_escaped():
    assert escaped("a,b;c\\d\ne\r\nf") == "a\\,b\\;c\\\\d\\ne\\nf"
