"""Numbers without gaps or doubles, also when several processes take them at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from stdnum.iso7064 import mod_11_10

from college.core.db import db
from college.core.numbering import Serial, next_serials, with_check_digit
from college.core.operation import start_writing


def test_a_series_counts_from_one_each_year():
    assert list(next_serials("T-JY", 2026, 3)) == [1, 2, 3]
    assert list(next_serials("T-JY", 2026)) == [4]
    assert list(next_serials("T-JY", 2027)) == [1]
    assert list(next_serials("T-PX", 2026)) == [1]


def test_a_number_rolled_back_is_given_out_again():
    next_serials("T-JY", 2026)
    db.session.commit()
    next_serials("T-JY", 2026)
    db.session.rollback()
    assert list(next_serials("T-JY", 2026)) == [2]


def test_check_digit_is_that_of_the_standard():
    number = with_check_digit("TLSW-JY-2026-000187")
    assert mod_11_10.is_valid("2026000187" + number[-1])
    assert number.startswith("TLSW-JY-2026-000187-")


@pytest.mark.real_commits
def test_parallel_takers_get_different_numbers(app):
    def take(_: int) -> list[int]:
        with app.app_context():
            taken: list[int] = []
            for _n in range(10):
                start_writing()
                taken += next_serials("T-RACE", 2026)
                db.session.commit()
            db.session.remove()
            return taken

    with ThreadPoolExecutor(6) as pool:
        numbers = sorted(n for taken in pool.map(take, range(6)) for n in taken)
    try:
        assert numbers == list(range(1, 61))
    finally:
        with app.app_context():
            db.session.execute(db.delete(Serial).where(Serial.series == "T-RACE"))
            db.session.commit()
