"""Opening units: the only code that makes or changes a Unit."""

from dataclasses import dataclass
from datetime import date

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.stations.units.models import Unit, UnitKind

PATH_DIGITS = 6  # so that paths sort as their ids do


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    name: str
    kind: UnitKind
    parent: Unit | None = None
    name_en: str = ""
    division_code: str = ""
    opened_on: date | None = None
    address: str = ""
    host_site: str = ""
    is_demo: bool = False


@operation
def open_unit(actor: Actor, new: NewUnit) -> Unit:
    """Open a unit below its parent. Raises NotAllowed, or Conflict where the name stands there."""
    require(actor, Can.UNITS_RECORD)
    unit = Unit(
        name=new.name,
        name_en=new.name_en,
        kind=new.kind,
        parent_id=new.parent.id if new.parent else None,
        division_code=new.division_code,
        opened_on=new.opened_on,
        address=new.address,
        host_site=new.host_site,
        is_demo=new.is_demo,
    )
    db.session.add(unit)
    db.session.flush()
    above = new.parent.path if new.parent else "/"
    unit.path = f"{above}{unit.id:0{PATH_DIGITS}d}/"
    journal.record(actor, "open_unit", unit, name=unit.name, kind=unit.kind)
    return unit
