"""At how many stations somebody holds, told beside a table that hides small numbers."""

from itertools import product

from hypothesis import example, given

from college.reports.figures.small_cells import (
    FEWEST,
    hide_with_none_known,
    parts_hide_with_none_known,
    without_small_cells,
    without_small_parts,
)
from tests.reports.test_small_cells import agrees, is_number, range_of, tables, with_totals


def worlds(shown, filled_rows):
    """Every table that reads as what is shown, and in which so many rows are not empty."""
    width, height = len(shown[0]) - 1, len(shown) - 1
    cells = [cell for row in shown[:-1] for cell in row[:-1]]
    ranges = [[cell] if is_number(cell) else range_of(cell) for cell in cells]
    for tried in product(*ranges):
        inner = [list(tried[i * width : (i + 1) * width]) for i in range(height)]
        is_same = sum(any(row) for row in inner) == filled_rows
        if is_same and agrees(with_totals(inner), shown):
            yield inner


@given(tables)
@example([[0], [3]])
@example([[1], [3]])
@example([[2], [2]])
def test_no_small_number_follows_from_how_many_rows_are_empty(inner):
    table = with_totals(inner)
    shown = without_small_cells(table)
    if not hide_with_none_known(table, shown):
        return
    meant = list(worlds(shown, sum(any(row) for row in inner)))
    for i, row in enumerate(inner):
        for j, number in enumerate(row):
            if 0 < number < FEWEST:
                assert len({world[i][j] for world in meant}) > 1


def test_who_knows_that_no_row_is_empty_would_read_that_both_are_one():
    table, other = with_totals([[1], [1], [7]]), with_totals([[1], [2], [7]])
    shown = without_small_cells(table)

    assert {world[0][0] for world in worlds(shown, 3)} == {1}
    assert not hide_with_none_known(table, shown)
    assert hide_with_none_known(other, without_small_cells(other))


def test_the_parts_of_a_line_do_not_follow_either():
    for parts, hide in (([1, 1, 9], False), ([1, 2, 9], True), ([5, 9], True)):
        shown, in_all = without_small_parts(parts, sum(parts))
        assert parts_hide_with_none_known(parts, sum(parts), shown, in_all) is hide
