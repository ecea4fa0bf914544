"""The unit that a roster means by a name: known by the name alone, or with those above it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import sqlalchemy as sa

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.persons.cells import plain
from college.people.roster.refusals import UnitAmbiguous, UnitUnknown
from college.stations.units.models import Unit

LIKELY = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as far as an import needs to know it."""

    id: int
    name: str
    way: str  # its name behind those above it, 通辽市/科尔沁区/明仁街道社工站


@dataclass(slots=True)
class Places:
    """All units that the importer may name, by each name that tells them."""

    by_id: dict[int, Place]
    by_name: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    names: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, actor: Actor) -> "Places":
        chosen = sa.select(Unit.id, Unit.name, Unit.name_en, Unit.parent_id)
        mine = chosen.where(visible(Unit, actor, Can.UNITS_SEE)).order_by(Unit.id)
        rows = db.session.execute(mine).all()
        parents = {row.id: (row.parent_id, row.name) for row in rows}
        places = cls({row.id: Place(row.id, row.name, _way(row.id, parents)) for row in rows})
        for row in rows:
            place = places.by_id[row.id]
            for name in dict.fromkeys(_tails(place.way) + ([row.name_en] if row.name_en else [])):
                places.by_name[plain(name)].append(place)
        places.names = [row.name for row in rows]
        return places

    def named(self, text: str) -> Place:
        """Raises UnitUnknown with the likeliest names, UnitAmbiguous with the ways to tell."""
        found = self.by_name.get(plain(text).replace("\\", "/"), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise UnitAmbiguous(likely="、".join(place.way for place in found[:LIKELY]))
        likely = get_close_matches(text, self.names, LIKELY, 0.5)
        raise UnitUnknown(likely="、".join(likely) or "—")


def _way(unit_id: int, parents: dict[int, tuple[int | None, str]]) -> str:
    names: list[str] = []
    at: int | None = unit_id
    while at is not None and at in parents and len(names) < 20:
        parent_id, name = parents[at]
        names.append(name)
        at = parent_id
    return "/".join(reversed(names))


def _tails(way: str) -> list[str]:
    """Every end of a way is a name for it: a/b/c, b/c and c."""
    parts: Sequence[str] = way.split("/")
    return ["/".join(parts[n:]) for n in range(len(parts))]
