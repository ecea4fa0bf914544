"""Cells of fewer than five persons are kept from whoever reads figures only, totals included.

Hiding the small cells is not enough: one of them alone in its row or column is the total less the
rest. So a small cell goes together with others, until everything that is shown could as well be
true with another number in it. The table is a network of rows and columns; a hidden cell may move
by one wherever a round of hidden cells can move with it, and where there is no such round the
cheapest one is hidden. Which rounds there are is decided for each table by itself.

Source of the method: J. P. Kelly, B. L. Golden, A. A. Assad, Cell suppression: disclosure
protection for sensitive tabular data, Networks 22 (1992).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from heapq import heappop, heappush
from itertools import combinations, product

FEWEST = 5  # a cell of fewer persons is small; nobody is in a cell of none, which is shown


class Hidden(Enum):
    """What stands in place of a number."""

    FEW = "<5"  # nobody, or up to four
    SOME = "≥5"  # hidden for the sake of a small one: it could be computed otherwise

    def __str__(self) -> str:
        return self.value


Count = int | Hidden
Place = tuple[int, int]  # row, column
Way = tuple[Place, ...]
Onward = tuple[int, int, int, Way]  # cost and steps until a column, and the cells on the way
Link = tuple[int, int]  # what it costs to hide its two cells, and in which row they stand
Linked = list[dict[int, list[Link]]]  # from which column, to which


def add_up(counts: Sequence[Count]) -> Count:
    """The sum, or what can be said of it when a part of it is hidden."""
    if any(isinstance(count, Hidden) for count in counts):
        least = sum(FEWEST if c is Hidden.SOME else 0 if c is Hidden.FEW else c for c in counts)
        return Hidden.SOME if least >= FEWEST else Hidden.FEW
    return sum(count for count in counts if isinstance(count, int))


def without_few(number: int) -> Count:
    """A number that stands by itself."""
    return Hidden.FEW if 0 < number < FEWEST else number


def without_small_cells(
    rows: Sequence[Sequence[int]], hidden: Mapping[Place, Hidden] | None = None
) -> list[list[Count]]:
    """The rows as they may be shown. The last column adds up the others; the last row the rows.

    `hidden` are cells that are hidden anyway. A last row that is less than its column's sum, since
    a person may stand in two rows, is treated as if everybody knew by how much.
    """
    places = frozenset((hidden or {}).items())
    return [list(row) for row in _decided(tuple(tuple(row) for row in rows), places)]


def hide_with_none_known(
    rows: Sequence[Sequence[int]], shown: Sequence[Sequence[Count]], *, column: int = -1
) -> bool:
    """Whether each small number hides from who also knows where in a column there are none.

    `rows` are those of `without_small_cells`, `shown` is what it makes of them.
    """
    cells = ((i, j, count) for i, row in enumerate(shown) for j, count in enumerate(row))
    hidden = {(i, j): count for i, j, count in cells if isinstance(count, Hidden)}
    table = _Table(rows, hidden, none_known_in=column % len(rows[0]))
    return all(table.could_differ(place) for place in table.small)


def without_small_parts(parts: Sequence[int], total: int) -> tuple[list[Count], Count]:
    """The same for one line of parts and their total."""
    rows, free = _beside_what_nobody_is_told(parts, total)
    shown = [row[0] for row in without_small_cells(rows, free)]
    return shown[:-1], shown[-1]


def parts_hide_with_none_known(
    parts: Sequence[int], total: int, shown: Sequence[Count], in_all: Count
) -> bool:
    """As `hide_with_none_known` of one line of parts and their total."""
    rows, _ = _beside_what_nobody_is_told(parts, total)
    table = [[count, Hidden.SOME, Hidden.SOME] for count in (*shown, in_all)]
    return hide_with_none_known(rows, table, column=0)


def _beside_what_nobody_is_told(
    parts: Sequence[int], total: int
) -> tuple[list[list[int]], dict[Place, Hidden]]:
    """The parts as a column whose rows hold no part to its neighbours, and what is hidden so."""
    beside = sum(parts) + 2 * FEWEST
    rows = [[part, beside, part + beside] for part in parts]
    rows.append([total, len(parts) * beside, total + len(parts) * beside])
    return rows, {(i, j): Hidden.SOME for i in range(len(rows)) for j in (1, 2)}


def without_small_steps(steps: Sequence[int]) -> list[Count]:
    """The steps of one way, the first one the whole. Who took one and not another are a cell too.

    So two steps are shown only where nobody or five and more lie between them. Of the choices that
    show most, the one that shows the earliest steps, and before them the last.
    """
    kept = _kept(tuple(steps))
    return [steps[n] if n in kept else _shown(steps[n]) for n in range(len(steps))]


@lru_cache(maxsize=512)
def _kept(steps: tuple[int, ...]) -> tuple[int, ...]:
    """Which of them are shown; the more there are of them, the longer one looks."""
    places = range(len(steps))
    for size in range(len(steps), 0, -1):
        fitting = [some for some in combinations(places, size) if _keeps_quiet(steps, some)]
        if fitting:
            return max(
                fitting, key=lambda some: (0 in some, places[-1] in some, [-n for n in some])
            )
    return ()


def _keeps_quiet(steps: Sequence[int], chosen: Collection[int]) -> bool:
    """Whether no number shown is small, and no difference of two of them.

    And none tells a hidden one: what is hidden as five or more and stands below a six is five; so
    beside such a one no number under ten is shown.
    """
    shown = {steps[n] for n in chosen}
    hidden = {number for n, number in enumerate(steps) if n not in chosen}
    gaps = (abs(a - b) for a, b in combinations({0, *shown}, 2))
    tells = any(0 < n < 2 * FEWEST for n in shown) and any(n >= FEWEST for n in hidden)
    return not tells and not any(0 < gap < FEWEST for gap in gaps)


@lru_cache(maxsize=128)
def _decided(
    rows: tuple[tuple[int, ...], ...], hidden: frozenset[tuple[Place, Hidden]]
) -> tuple[tuple[Count, ...], ...]:
    """Kept for the next reader: until somebody comes or leaves, the same numbers are asked."""
    table = _Table(rows, dict(hidden))
    for place in table.small:
        table.protect(place)
    return tuple(
        tuple(_shown(number) if (i, j) in table.hidden else number for j, number in enumerate(row))
        for i, row in enumerate(rows)
    )


class _Table:
    """Tables are long and narrow: rounds are looked for among the columns.

    Two columns are linked by a row in which one cell may move one way and the other the other way.
    For each pair the two cheapest rows are kept, two since the row in question links nothing. With
    totals taken as negative every row and every column adds up to a constant: so a row links two
    columns one way round as it links them, turned about, the other way round.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[int]],
        hidden: Mapping[Place, Hidden],
        *,
        none_known_in: int | None = None,
    ) -> None:
        """`none_known_in` is a column of which everybody knows where it is none."""
        self.rows = rows
        self.none_known_in = none_known_in
        self.columns = range(len(rows[0]))
        self.last: Place = len(rows) - 1, len(rows[0]) - 1
        self.small = [
            (i, j)
            for i, row in enumerate(rows)
            for j, number in enumerate(row)
            if 0 < number < FEWEST
        ]
        self.hidden = dict.fromkeys(self.small, Hidden.FEW) | dict(hidden)
        self.safe: set[Place] = set()
        self._links: tuple[Linked, Linked] | None = None  # made when first asked for

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

    def could_differ(self, place: Place) -> bool:
        """Whether the cell at `place` has a round on which everything is hidden already."""
        rounds = (self._round(place, step) for step in (1, -1))
        return any(found is not None and found[0] == 0 for found in rounds)

    def _round(self, place: Place, step: int) -> tuple[int, Way] | None:
        """The cheapest way round when the cell moves by `step`: its cost, and the cells on it."""
        row, column = place
        if not self._can_move(row, column, step):
            return None
        along = step * self._sign(row, column)  # as totals count as negative
        linked = self._linked()[0 if along == 1 else 1]
        best: tuple[int, Way] | None = None
        waiting: list[Onward] = [(0, 0, column, ())]
        first = {column: waiting[0]}  # of the ways that lead to each column
        while waiting:
            here = heappop(waiting)  # of equally cheap ones the shortest
            cost, _steps, at, way = here
            if best is not None and cost > best[0]:
                break
            if here is not first[at]:
                continue
            if at != column and self._can_move(row, at, -along * self._sign(row, at)):
                end = cost + self._cost(row, at), (*way, (row, at))
                best = end if best is None else min(best, end)
            for new in _ways_on(here, linked[at], but=row):
                onward = new[2]
                if onward not in first or new < first[onward]:
                    first[onward] = new
                    heappush(waiting, new)
        return best

    def _linked(self) -> tuple[Linked, Linked]:
        """The two cheapest links from each column to each other, and the same turned about."""
        if self._links is None:
            there: Linked = [{k: [] for k in self.columns if k != j} for j in self.columns]
            back: Linked = [{j: there[j][k] for j in self.columns if j != k} for k in self.columns]
            self._links = there, back
            for i in range(len(self.rows)):
                self._link(i)
        return self._links

    def _link(self, i: int) -> None:
        """Note what the row links, again whenever a cell of it got cheaper by being hidden."""
        if self._links is None:
            return
        there, _ = self._links
        costs = [self._cost(i, j) for j in self.columns]
        gives = [j for j in self.columns if self._can_move(i, j, -self._sign(i, j))]
        takes = [k for k in self.columns if self._can_move(i, k, self._sign(i, k))]
        for j, k in product(gives, takes):
            if k != j:
                _keep_cheapest(there[j][k], (costs[j] + costs[k], i))

    def _can_move(self, i: int, j: int, move: int) -> bool:
        """Whether a cell, were it hidden, could be another number and read the same."""
        number = self.rows[i][j]
        if j == self.none_known_in and 0 in (number, number + move):
            return False
        return number != FEWEST - 1 if move > 0 else number not in (0, FEWEST)

    def _sign(self, i: int, j: int) -> int:
        return -1 if (i == self.last[0]) != (j == self.last[1]) else 1

    def _cost(self, i: int, j: int) -> int:
        """Nothing when hidden already; small numbers first, totals later, the last row last."""
        if (i, j) in self.hidden:
            return 0
        dear = 10**9 if i == self.last[0] else 10**5 if j == self.last[1] else 1
        return 1 + dear * (self.rows[i][j] + 1)


def _ways_on(here: Onward, links: Mapping[int, Sequence[Link]], *, but: int) -> Iterator[Onward]:
    cost, steps, at, way = here
    for onward, cheapest in links.items():
        for more, i in cheapest:
            if i != but:
                yield cost + more, steps + 1, onward, (*way, (i, at), (i, onward))


def _keep_cheapest(links: list[Link], new: Link) -> None:
    """Two are enough, in order; what a row links gets cheaper and never dearer."""
    if len(links) == 2 and new >= links[1]:
        return
    links[:] = sorted([new, *(link for link in links if link[1] != new[1])])[:2]


def _shown(number: int) -> Hidden:
    return Hidden.FEW if number < FEWEST else Hidden.SOME
