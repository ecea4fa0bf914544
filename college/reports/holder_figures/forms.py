import re
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from college.core.access import fetch
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.people.employment.models import Capacity
from college.people.qualifications.models import Level
from college.people.units.forms import FIRST_YEAR, AsOfForm
from college.reports.figures.seen import sees_small_cells
from college.reports.holder_figures.behind import Narrowed
from college.reports.holder_figures.flows import Group, Of
from college.reports.holder_figures.parts import Part
from college.stations.units.models import Unit
from college.stations.units.queries import in_tree_order
from college.web.forms import id_asked
from college.web.jinja import own, said

E = TypeVar("E", bound=StrEnum)
MOST_UNITS = 300  # in the list of choices


class HoldersForm(AsOfForm):
    """A day, whose knowledge of it, and for whoever may see small cells also one unit."""

    unit = SelectField(_("Unit, with all below"), validate_choice=False)

    def __init__(self, args: "MultiDict[str, str]", actor: Actor, **kwargs: Any) -> None:
        super().__init__(args, **kwargs)
        units = in_tree_order(actor, most=MOST_UNITS) if sees_small_cells(actor) else []
        named = [(str(u.id), "\u2003" * u.depth + own(u, "name")) for u in units]
        self.unit.choices = [("", _("All together")), *named]
        self.chosen_unit = self._unit(actor) if sees_small_cells(actor) else None

    @property
    def of(self) -> Of:
        return Of(self.chosen_unit, self.known_at())

    @property
    def kept(self) -> dict[str, str]:
        mine = {"unit": str(self.chosen_unit.id)} if self.chosen_unit else {}
        return super().kept | mine

    def _unit(self, actor: Actor) -> Unit | None:
        return self._fetched(actor, self.unit.data)

    def _fetched(self, actor: Actor, asked: str | None) -> Unit | None:
        unit_id = id_asked(asked)
        return fetch(Unit, unit_id, actor, Can.FIGURES_SEE) if unit_id else None


class BehindForm(HoldersForm):
    """Which number it is whose persons are asked for: what cannot be meant leads to no page."""

    year = StringField()
    group = StringField()
    level = StringField()
    highest = StringField()
    capacity = StringField()
    at = StringField()

    def __init__(self, args: "MultiDict[str, str]", actor: Actor, **kwargs: Any) -> None:
        super().__init__(args, actor, **kwargs)
        self.narrowed = Narrowed(
            level=_one_of(Level, self.level.data),
            is_highest=bool(self.highest.data),
            capacity=_one_of(Capacity, self.capacity.data),
            at=self._fetched(actor, self.at.data),
        )

    @property
    def chosen_year(self) -> int:
        year = str(self.year.data or self.chosen().year)
        if not re.fullmatch("[0-9]{4}", year) or not FIRST_YEAR <= int(year) <= self.chosen().year:
            raise NotFound
        return int(year)

    @property
    def chosen_group(self) -> Group | Part:
        for kind in (Group, Part):
            if self.group.data in list(kind):
                return kind(self.group.data)
        raise NotFound

    @property
    def listed(self) -> dict[str, str]:
        """What the next page of the list has in its address too."""
        asked = {"year": str(self.chosen_year), "group": self.chosen_group.value}
        narrow = {name: getattr(self, name).data for name in ("level", "highest", "capacity", "at")}
        return self.kept | asked | {name: value for name, value in narrow.items() if value}

    @property
    def said(self) -> list[str]:
        """Whose list it is, in words, the widest first."""
        units = [unit for unit in (self.chosen_unit, self.narrowed.at) if unit]
        kinds = [kind for kind in (self.narrowed.capacity, self.narrowed.level) if kind]
        words = [gettext("as the highest level")] if self.narrowed.is_highest else []
        return [*(own(unit, "name") for unit in units), *(said(kind) for kind in kinds), *words]


def _one_of(kind: type[E], asked: str | None) -> E | None:
    """Raises NotFound for what is none of them."""
    if not asked:
        return None
    if asked not in list(kind):
        raise NotFound
    return kind(asked)
