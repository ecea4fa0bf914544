"""Numbers without gaps or doubles; several takers at once: tests/races."""

from stdnum.iso7064 import mod_11_10

from college.core.db import db
from college.core.numbering import next_serials, with_check_digit


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
