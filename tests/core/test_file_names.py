"""Whoever uploads a file names it; the name is shown to others as it reads, whatever is in it."""

import pytest

from college.core.db import Base, db
from college.people.roster.models import RosterImport
from tests.people.rosters import checked, line, sheet


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("annex\u202exslx.csv", "annexxslx.csv"),  # would read "annexvsc.xlsx"
        ("名\u2066册\u200b.csv", "名册.csv"),
        ("名\0册\r\n.csv", "名册.csv"),
        ("2026\u3000年 名册（终）.csv", "2026\u3000年 名册（终）.csv"),
    ],
)
def test_no_table_keeps_what_nobody_sees_in_a_name(app, sent, kept):
    tables = [m.class_ for m in Base.registry.mappers if "filename" in m.attrs]
    assert RosterImport in tables
    for table in tables:
        assert table(filename=sent).filename == kept, table


def test_a_sheet_with_a_nul_in_its_name_is_taken_in():
    made = checked(sheet(line()), name="名\0册.csv")
    db.session.expire_all()
    assert made.filename == "名册.csv"
