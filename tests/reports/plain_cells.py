"""How cells were hidden before the search was made quicker: the oracle of test_small_cells.py."""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import permutations, product

from college.reports.figures.small_cells import FEWEST, Count, Hidden

Place = tuple[int, int]  # row, column
Link = tuple[int, int, int]  # the way along it, from which column, to which


def without_small_cells(
    rows: Sequence[Sequence[int]], hidden: Mapping[Place, Hidden] | None = None
) -> list[list[Count]]:
    """The rows as they may be shown. The last column adds up the others; the last row the rows.

    `hidden` are cells that are hidden anyway. A last row that is less than its column's sum, since
    a person may stand in two rows, is treated as if everybody knew by how much.
    """
    table = _Table(rows, hidden or {})
    for place in table.small:
        table.protect(place)
    return [
        [_shown(number) if (i, j) in table.hidden else number for j, number in enumerate(row)]
        for i, row in enumerate(rows)
    ]


class _Table:
    """Tables are long and narrow: rounds are looked for among the columns.

    Two columns are linked by a row in which one cell may move one way and the other the other way.
    For each pair the two cheapest rows are kept, two since the row in question links nothing.
    """

    def __init__(self, rows: Sequence[Sequence[int]], hidden: Mapping[Place, Hidden]) -> None:
        self.rows = rows
        self.last: Place = len(rows) - 1, len(rows[0]) - 1
        self.small = [
            (i, j)
            for i, row in enumerate(rows)
            for j, number in enumerate(row)
            if 0 < number < FEWEST
        ]
        self.hidden = dict.fromkeys(self.small, Hidden.FEW) | dict(hidden)
        self.safe: set[Place] = set()
        self.links: dict[Link, list[tuple[int, int]]] = {}
        for i in range(len(rows)):
            self._link(i)

    def protect(self, place: Place) -> None:
        """Hide the cheapest cells with which the one at `place` could be one more or one less.

        A table of nothing else leaves none; then its number is the total's, which is hidden too.
        """
        if place in self.safe:
            return
        rounds = [found for step in (1, -1) if (found := self._round(place, step)) is not None]
        if not rounds:
            return
        _, cells = min(rounds)
        self.safe.update([place, *cells])  # what moves along could be another number as well
        new = [cell for cell in cells if cell not in self.hidden]
        self.hidden.update({(i, j): _shown(self.rows[i][j]) for i, j in new})
        for i in {i for i, _ in new}:
            self._link(i)

    def _round(self, place: Place, step: int) -> tuple[int, list[Place]] | None:
        """The cheapest way round when the cell moves by `step`: its cost, and the cells on it."""
        if not self._can_move(place, step):
            return None
        row, column = place
        along = step * self._sign(place)  # as totals count as negative, see `_sign`
        ends: list[tuple[int, list[Place]]] = []
        seen: set[int] = set()
        waiting: list[tuple[int, int, int, list[Place]]] = [(0, 0, column, [])]
        while waiting:
            cost, steps, at, way = heappop(waiting)  # of equally cheap ones the shortest
            if at in seen:
                continue
            seen.add(at)
            back = (row, at)
            if at != column and self._can_move(back, -along * self._sign(back)):
                ends.append((cost + self._cost(back), [*way, back]))
            for onward in range(len(self.rows[0])):
                for more, i in self.links.get((along, at, onward), []):
                    if i != row and onward not in seen:
                        further = [*way, (i, at), (i, onward)]
                        heappush(waiting, (cost + more, steps + 1, onward, further))
        return min(ends, default=None)

    def _link(self, i: int) -> None:
        """Note what the row links, again whenever a cell of it got cheaper by being hidden."""
        for along, (j, k) in product((1, -1), permutations(range(len(self.rows[0])), 2)):
            here, there = (i, j), (i, k)
            if not self._can_move(here, -along * self._sign(here)):
                continue
            if self._can_move(there, along * self._sign(there)):
                known = [each for each in self.links.get((along, j, k), []) if each[1] != i]
                cost = self._cost(here) + self._cost(there)
                self.links[along, j, k] = sorted([*known, (cost, i)])[:2]

    def _sign(self, place: Place) -> int:
        """With totals taken as negative every row and every column adds up to a constant."""
        return -1 if (place[0] == self.last[0]) != (place[1] == self.last[1]) else 1

    def _can_move(self, place: Place, move: int) -> bool:
        """Whether the cell, were it hidden, could be another number and read the same."""
        number = self.rows[place[0]][place[1]]
        return _shown(number + move) is _shown(number) and number + move >= 0

    def _cost(self, place: Place) -> int:
        """Nothing when hidden already; small numbers first, totals later, the last row last."""
        if place in self.hidden:
            return 0
        number = self.rows[place[0]][place[1]]
        dear = 10**9 if place[0] == self.last[0] else 10**5 if place[1] == self.last[1] else 1
        return 1 + dear * (number + 1)


def _shown(number: int) -> Hidden:
    return Hidden.FEW if number < FEWEST else Hidden.SOME
