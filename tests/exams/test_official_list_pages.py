"""Official lists and tickets on pages: columns, the dry run, who reads which number."""

import io
from hashlib import sha256

import pytest
import sqlalchemy as sa

from college.core import crypto, imports, sheet_reading
from college.core.db import db
from college.core.imports import ImportState
from college.core.roles import Role
from college.core.sheets import read
from college.exams.candidacies.models import AdmissionTicket, Candidacy
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.candidacies.recording import Seat, TicketEmpty, note_ticket
from college.exams.official_lists.layout import HEADINGS, Field
from college.exams.official_lists.models import ListKind, OfficialList
from college.exams.official_lists.queries import CHECK, RECORD
from college.exams.pass_rules.models import Subject
from tests.conftest import actor_of
from tests.factories import make_person, make_unit
from tests.factories.exams import make_candidacy, make_candidate
from tests.factories.lists import (
    ON,
    entry,
    list_worked,
    listed,
    make_list,
    make_list_imported,
    tally,
)

PAGE = "/exams/official-lists"
K = ListKind


def the_list() -> OfficialList:
    return db.session.scalars(sa.select(OfficialList)).one()


def candidacy() -> Candidacy:
    return db.session.scalars(sa.select(Candidacy)).one()


def seats() -> list[tuple[object, ...]]:
    chosen = sa.select(AdmissionTicket).where(AdmissionTicket.known()).order_by(AdmissionTicket.id)
    return [(t.paper, t.number, t.place, t.room, t.seat) for t in db.session.scalars(chosen)]


# ---- columns


def test_headings_are_known_in_both_languages():
    known = HEADINGS[K.TICKETED]
    english = known.recognised(["Full name", "ID no.", "Level", "Ticket number", "Room", "Seat"])
    assert set(english) == {
        Field.NAME, Field.ID_NUMBER, Field.LEVEL, Field.TICKET_NO, Field.ROOM, Field.SEAT,
    }  # fmt: skip
    chinese = known.recognised(["*考生姓名", "身份证号（必填）", "档案号", "考号", "考点名称"])
    assert set(chinese) == {
        Field.NAME, Field.ID_NUMBER, Field.REGISTRATION_NO, Field.TICKET_NO, Field.PLACE,
    }  # fmt: skip


def test_a_column_is_chosen_and_remembered_for_the_next_list(cycle, lilei, chen, sign_in):
    client = sign_in(chen)
    content = listed(entry(准考证号="")).replace("准考证号".encode(), "编号".encode())
    content = content.replace("中级,2025,,".encode(), "中级,2025,777,".encode())
    made = make_list(content, cycle)
    assert made.state is ImportState.UPLOADED
    assert client.get(f"{PAGE}/{made.id}").headers["Location"].endswith("/columns")
    page = client.get(f"{PAGE}/{made.id}/columns").text
    assert "编号" in page
    named = {"name": "姓名", "id_number": "证件号码", "level": "级别"}

    refused = client.post(f"{PAGE}/{made.id}/columns", data=named)
    assert refused.status_code == 422
    assert "no column for 准考证号" in refused.text
    twice = client.post(f"{PAGE}/{made.id}/columns", data=named | {"ticket_no": "姓名"})
    assert "Two columns are said to hold the same" in twice.text
    client.post(f"{PAGE}/{made.id}/columns", data=named | {"ticket_no": "编号"})

    next_one = make_list(content, cycle)
    assert next_one.columns["ticket_no"] == "编号"
    assert tally(next_one) == (1, 0, 0, 0)


def test_of_two_columns_that_mean_the_same_somebody_chooses(cycle, lilei, chen, sign_in):
    client = sign_in(chen)
    content = listed(entry()).replace("考场".encode(), "考号".encode())
    made = make_list(content, cycle)
    assert (made.state, made.columns) == (ImportState.UPLOADED, {})
    assert client.get(f"{PAGE}/{made.id}").headers["Location"].endswith("/columns")
    page = client.get(f"{PAGE}/{made.id}/columns").text
    assert "More than one column may hold this: 准考证号; 考号" in page


# ---- pages


def test_the_way_of_the_pages(cycle, lilei, chen, sign_in):
    client = sign_in(chen)
    assert "No official list has been imported yet" in client.get(PAGE).text
    assert "Template" in client.get(f"{PAGE}/new").text
    bad = entry(姓名="路人", 证件号码="999999199001010032")
    content = listed(entry(), bad)
    sent = {"kind": "ticketed", "cycle_id": cycle.id, "on": ON.isoformat(), "source": "考试中心"}

    nothing = client.post(f"{PAGE}/new", data=sent)
    assert nothing.status_code == 422
    assert "Choose a file first" in nothing.text
    db.session.rollback()  # the requests have sessions of their own
    answer = client.post(f"{PAGE}/new", data=sent | {"file": (io.BytesIO(content), "名单.csv")})
    address = answer.headers["Location"]
    assert "being checked" in client.get(address).text
    assert client.get(f"{address}/progress").status_code == 200
    list_worked(CHECK, the_list())

    page = client.get(address).text
    assert "Look it over, then import" in page
    assert "newly entered" in page
    assert "Nobody here has this ID number" in page
    assert sha256(content).hexdigest() in page
    assert "999999199001010032" not in page
    db.session.rollback()
    client.post(f"{address}/import")
    list_worked(RECORD, the_list())
    done = client.get(address).text
    assert "1 row is noted" in done
    assert "名单.csv" in client.get(PAGE).text


def test_the_rows_to_mend_come_back_with_their_reasons(cycle, lilei, chen, sign_in):
    bad = entry(姓名="路人", 证件号码="999999199001010032")
    made = make_list(listed(entry(), bad), cycle)

    home = sign_in(chen).post(f"{PAGE}/{made.id}/refused.xlsx")

    [row] = read(home.data, "r.xlsx").rows
    assert (row.text("姓名"), row.text("Row")) == ("路人", "3")
    assert "record the person first" in row.text("How to mend it")


def test_the_trainee_reads_ticket_room_and_seat_and_others_the_number_masked(cycle, chen, sign_in):
    station = make_unit()
    lilei = make_candidate(unit=station)
    manager = make_person(Role.STATION_MANAGER, unit=station)
    make_list_imported(listed(准考证号="202505019876"), cycle, by=actor_of(chen))
    address = f"/exams/candidacies/{candidacy().id}"

    mine = sign_in(lilei).get(address).text
    theirs = sign_in(manager).get(address).text

    assert "202505019876" in mine
    assert "第一考点" in mine
    assert "noted on" in mine
    assert "202505019876" not in theirs
    assert "9876" in theirs
    assert "Note the ticket" not in mine


def test_the_office_notes_a_ticket_by_hand(cycle, lilei, chen, sign_in):
    row = make_candidacy(lilei, cycle, state=S.PAID)
    client, address = sign_in(chen), f"/exams/candidacies/{row.id}"

    empty = client.post(f"{address}/ticket", data={"paper": ""})
    assert empty.status_code == 422
    assert "Enter at least the number" in empty.text
    client.post(f"{address}/ticket", data={"number": "77", "paper": "practice", "room": "2"})

    assert seats() == [(Subject.PRACTICE, "77", "", "2", "")]
    assert candidacy().state is S.TICKETED
    assert "陈老师" in client.get(address).text
    assert sign_in(lilei).post(f"{address}/ticket", data={"number": "1"}).status_code == 403
    with pytest.raises(TicketEmpty):
        note_ticket(actor_of(chen), row, Seat())


def test_a_number_is_never_stored_as_it_is(cycle, lilei):
    make_list_imported(listed(准考证号="202505019876"), cycle)
    sealed = db.session.scalars(sa.select(AdmissionTicket.number_sealed)).one()
    assert sealed is not None
    assert b"9876" not in sealed
    assert crypto.unseal(sealed) == "202505019876"
    kept = db.session.scalars(sa.select(OfficialList.file_sha256)).one()
    assert imports.kept(kept) == listed(准考证号="202505019876")


def test_the_template_reads_itself_and_speaks_the_readers_language(cycle, lilei, chen, sign_in):
    for kind in K:
        sheet = sign_in(chen, language="zh").get(f"{PAGE}/template/{kind}.xlsx")
        headings = list(_first_row(sheet.data))
        assert HEADINGS[kind].is_enough(HEADINGS[kind].recognised(headings)), kind
    english = sign_in(chen).get(f"{PAGE}/template/ticketed.xlsx")
    known = HEADINGS[K.TICKETED]
    assert known.is_enough(known.recognised(_first_row(english.data)))


def _first_row(content: bytes) -> list[str]:
    table, _ = sheet_reading.read(content, is_workbook=True)
    return [str(cell) for cell in table[0]]


def test_the_list_of_lists_asks_as_much_for_ten_as_for_one(
    cycle, lilei, chen, sign_in, count_queries
):
    client = sign_in(chen)
    make_list(listed(), cycle)
    client.get(PAGE)
    count_queries()
    client.get(PAGE)
    for_one = count_queries()
    for _ in range(9):
        make_list(listed(), cycle)
    client.get(PAGE)
    count_queries()

    client.get(PAGE)

    assert count_queries() == for_one
