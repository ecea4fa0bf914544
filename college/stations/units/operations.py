"""Opening, changing, moving and ending units: the only code that makes or changes a Unit.

Each change is dated and is a phase of its own (`UnitPhase`); the Unit itself keeps in step with the
phase of today. Closing and merging look after the people too, see people/units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, id_of, in_turn, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.stations.units.codes import clean_credit_code, clean_division_code
from college.stations.units.models import Domain, Unit, UnitKind, UnitPhase
from college.stations.units.queries import known_phases, open_below, ways_up

PATH_DIGITS = 6  # so that paths sort as their ids do
ONE_DAY = timedelta(days=1)


class NotYet(RuleBroken):
    code, field = "not_yet", "on"
    message = say("This day is still to come. Record the change on the day or after it.")


class NotThere(RuleBroken):
    code, field = "not_there", "on"
    message = say("On %(on)s the unit was not open. Choose a day on which it was.")


class BelowItself(RuleBroken):
    code, field = "below_itself", "parent_id"
    message = say("A unit cannot stand below itself or below a unit of its own.")


class AboveGone(RuleBroken):
    code, field = "above_gone", "parent_id"
    message = say("%(unit)s is not open all that time. Choose a unit that is, or another day.")


class NameTaken(Conflict):
    code, field = "name_taken", "name"
    message = say(
        "A unit called %(name)s stands there already. Look at that one, or add to the name."
    )


class UnitsBelow(RuleBroken):
    code, field = "units_below", "on"
    message = say("Units below it are still open: %(names)s. Close or move them first.")


class ClosedAlready(RuleBroken):
    code, field = "closed_already", "on"
    message = say("The unit is closed since %(on)s already.")


class IsOpen(Conflict):
    code = "is_open"
    message = say("The unit is open. Load the page again.")


class OpensAfterClosing(RuleBroken):
    code, field = "opens_after_closing", "opened_on"
    message = say(
        "The unit was something else before that day already. Correct that earlier time first."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is known of a unit and has no date: codes as typed."""

    division_code: str = ""
    admin_by: str = ""
    credit_code: str = ""
    address: str = ""
    host_site: str = ""
    contact: str = ""
    phone: str = ""
    domains: Sequence[Domain] = ()

    def cleaned(self) -> dict[str, object]:
        """As it is stored. Raises WrongDivisionCode, WrongCreditCode."""
        return asdict(self) | {
            "division_code": clean_division_code(self.division_code),
            "credit_code": clean_credit_code(self.credit_code),
            "domains": [domain.value for domain in Domain if domain in self.domains],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    name: str
    kind: UnitKind
    parent: Unit | None = None
    name_en: str = ""
    opened_on: date | None = None
    details: Details = field(default_factory=Details)
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a unit is called, what it is and where it stands: what a phase says."""

    name: str
    name_en: str
    kind: UnitKind
    parent_id: int | None

    @classmethod
    def of(cls, row: Unit | UnitPhase) -> "Standing":
        return cls(name=row.name, name_en=row.name_en, kind=row.kind, parent_id=row.parent_id)


@operation
def open_unit(actor: Actor, new: NewUnit) -> Unit:
    """Open a unit below its parent. Raises NotAllowed, NameTaken, AboveGone."""
    require(actor, Can.UNITS_RECORD)
    in_turn("units")
    standing = Standing(
        name=new.name,
        name_en=new.name_en,
        kind=new.kind,
        parent_id=id_of(new.parent) if new.parent else None,
    )
    _refuse_twin(standing)
    _refuse_gone(standing, new.opened_on, None)
    unit = Unit(
        **asdict(standing), **new.details.cleaned(), opened_on=new.opened_on, is_demo=new.is_demo
    )
    db.session.add(unit)
    db.session.flush()
    unit.path = _path(unit)
    _add_phase(unit, standing, new.opened_on, None)
    journal.record(actor, "open_unit", unit, name=unit.name, kind=unit.kind)
    return unit


@operation
def amend_unit(actor: Actor, unit: Unit, details: Details) -> Unit:
    """Change what has no date. Raises NotAllowed, WrongDivisionCode, WrongCreditCode."""
    require(actor, Can.UNITS_RECORD, unit)
    unit = locked(Unit, unit.id)
    new = details.cleaned()
    old = {name: getattr(unit, name) for name in new if getattr(unit, name) != new[name]}
    if old:
        for name in old:
            setattr(unit, name, new[name])
        journal.record(actor, "amend_unit", unit, old=old, new={name: new[name] for name in old})
    return unit


@operation
def change_unit(
    actor: Actor, unit: Unit, *, on: date, name: str, name_en: str, kind: UnitKind
) -> Unit:
    """Rename a unit or change its kind, from a day on until the next change after it.

    Raises NotAllowed, NotYet, NotThere, NameTaken.
    """
    require(actor, Can.UNITS_RECORD, unit)
    in_turn("units")
    unit = locked(Unit, unit.id)
    then = _phase_of(unit, on)
    new = replace(Standing.of(then), name=name, name_en=name_en, kind=kind)
    _change(actor, "change_unit", unit, new, on)
    return unit


@operation
def move_unit(actor: Actor, unit: Unit, *, to: Unit | None, on: date) -> Unit:
    """Put a unit below another from a day on; all below it goes along.

    Raises as `change_unit`, and BelowItself, AboveGone.
    """
    require(actor, Can.UNITS_RECORD, unit)
    in_turn("units")
    unit = locked(Unit, unit.id)
    then = _phase_of(unit, on)
    _change(
        actor,
        "move_unit",
        unit,
        replace(Standing.of(then), parent_id=id_of(to) if to else None),
        on,
    )
    return unit


@operation
def correct_opening(actor: Actor, unit: Unit, *, opened_on: date | None) -> Unit:
    """Say since when a unit has really been there. Raises NotAllowed, OpensAfterClosing."""
    require(actor, Can.UNITS_RECORD, unit)
    in_turn("units")
    unit = locked(Unit, unit.id)
    first = known_phases(unit)[0]
    if opened_on is not None and first.to_on is not None and first.to_on < opened_on:
        raise OpensAfterClosing
    old = unit.opened_on
    _supersede(first)
    _add_phase(unit, Standing.of(first), opened_on, first.to_on)
    _keep_in_step(unit)
    journal.record(actor, "correct_opening", unit, old=old, opened_on=opened_on)
    return unit


@operation
def end_unit(actor: Actor, unit: Unit, *, on: date, into: Unit | None = None) -> Unit:
    """Close a unit: `on` is the first day on which it is shut.

    Whoever calls has looked after the posts there (people/units). Raises NotAllowed, NotThere,
    ClosedAlready, UnitsBelow.
    """
    require(actor, Can.UNITS_RECORD, unit)
    in_turn("units")
    unit = locked(Unit, unit.id)
    if unit.closed_on is not None:
        raise ClosedAlready(on=unit.closed_on)
    if there := open_below(unit, on):
        raise UnitsBelow(names="、".join(each.name for each in there[:3]))
    for phase in known_phases(unit):
        if phase.from_on is not None and phase.from_on >= on:
            raise NotThere(on=on - ONE_DAY)
        if phase.to_on is None:
            _supersede(phase)
            _add_phase(unit, Standing.of(phase), phase.from_on, on - ONE_DAY)
    unit.merged_into_id = into.id if into else None
    _keep_in_step(unit)
    journal.record(actor, "end_unit", unit, on=on, into=unit.merged_into_id)
    return unit


@operation
def reopen_unit(actor: Actor, unit: Unit) -> Unit:
    """Take back that a unit was closed. Raises NotAllowed, IsOpen, AboveGone."""
    require(actor, Can.UNITS_RECORD, unit)
    in_turn("units")
    unit = locked(Unit, unit.id)
    last = known_phases(unit)[-1]
    if last.to_on is None:
        raise IsOpen
    _refuse_gone(Standing.of(last), None, None)
    _supersede(last)
    _add_phase(unit, Standing.of(last), last.from_on, None)
    unit.merged_into_id = None
    _keep_in_step(unit)
    journal.record(actor, "reopen_unit", unit)
    return unit


def _change(actor: Actor, deed: str, unit: Unit, new: Standing, on: date) -> None:
    if on > clock.today():
        raise NotYet
    then = _phase_of(unit, on)
    old = Standing.of(then)
    if new == old:
        return
    if then.to_on is None:  # only what lasts until today and on is in the way of another
        _refuse_twin(new, unit)
    if new.parent_id != old.parent_id:
        _refuse_gone(new, on, then.to_on)
        _refuse_circle(unit, new, on, then.to_on)
    _supersede(then)
    if then.from_on is None or then.from_on < on:
        _add_phase(unit, old, then.from_on, on - ONE_DAY)
    _add_phase(unit, new, on, then.to_on)
    _keep_in_step(unit)
    told = {f"old_{name}": value for name, value in asdict(old).items()}
    journal.record(actor, deed, unit, on=on, **asdict(new), **told)


def _phase_of(unit: Unit, on: date) -> UnitPhase:
    """The phase that covers a day. Raises NotThere."""
    for phase in known_phases(unit):
        has_begun = phase.from_on is None or phase.from_on <= on
        if has_begun and (phase.to_on is None or phase.to_on >= on):
            return phase
    raise NotThere(on=on)


def _refuse_circle(unit: Unit, new: Standing, since: date, until: date | None) -> None:
    """On no day from one to the other does the way up from the new parent meet the unit.

    Followed phase by phase: on the first day and today the way may be free, and shut in between.
    """
    waiting = [(new.parent_id, since, until or date.max)]
    while waiting:
        at, first, last = waiting.pop()
        if at == unit.id:
            raise BelowItself
        for above, from_on, to_on in ways_up(at) if at else ():
            begins, ends = max(first, from_on or date.min), min(last, to_on or date.max)
            if begins <= ends:
                waiting.append((above, begins, ends))


def _refuse_gone(new: Standing, since: date | None, until: date | None) -> None:
    """Who stands below another stands below one that is open, on the first day and the last."""
    if new.parent_id is None:
        return
    above = locked(Unit, new.parent_id)
    is_shut = above.closed_on is not None and (until is None or until >= above.closed_on)
    is_early = since is not None and above.opened_on is not None and since < above.opened_on
    if is_shut or is_early:
        raise AboveGone(unit=above.name, unit_en=above.name_en)


def _refuse_twin(new: Standing, unit: Unit | None = None) -> None:
    """Closed units keep their names: a list of them would name two by one."""
    same = (Unit.name == new.name) & Unit.parent_id.is_not_distinct_from(new.parent_id)
    others = sa.select(Unit.id).where(same, Unit.id != (unit.id if unit else 0))
    if db.session.scalar(others.limit(1)):
        raise NameTaken(name=new.name, name_en=new.name_en)


def _supersede(phase: UnitPhase) -> None:
    phase.superseded_at = clock.now()
    db.session.flush()  # what follows takes its place in the UNIQUE index


def _add_phase(unit: Unit, standing: Standing, from_on: date | None, to_on: date | None) -> None:
    facts: Mapping[str, object] = asdict(standing)
    db.session.add(UnitPhase(unit_id=unit.id, from_on=from_on, to_on=to_on, **facts))
    db.session.flush()


def _keep_in_step(unit: Unit) -> None:
    """Make a Unit what its phase of today says: the last one begun, else the first."""
    phases, today = known_phases(unit), clock.today()
    begun = [phase for phase in phases if phase.from_on is None or phase.from_on <= today]
    now = begun[-1] if begun else phases[0]
    unit.name, unit.name_en, unit.kind = now.name, now.name_en, now.kind
    # a change of the past alters no column, and whoever saw the past before it is refused as well
    flag_modified(unit, "name")
    unit.opened_on = phases[0].from_on
    ends_on = phases[-1].to_on
    unit.closed_on = ends_on + ONE_DAY if ends_on else None
    if unit.parent_id != now.parent_id:
        unit.parent_id = now.parent_id
        _carry_along(unit)
    db.session.flush()


def _carry_along(unit: Unit) -> None:
    """Give a unit that moved, and all below it, the paths of its new place."""
    old, new = unit.path, _path(unit)
    moved = sa.update(Unit).where(Unit.path.like(f"{old}%"))
    tail = sa.func.substr(Unit.path, len(old) + 1)
    db.session.flush()
    db.session.execute(
        moved.values(path=sa.literal(new).concat(tail), version=Unit.version),
        execution_options={"synchronize_session": False},
    )
    db.session.refresh(unit, ["path"])


def _path(unit: Unit) -> str:
    """By the parent's path as it is this moment: the row in hand may be from before a move."""
    above = db.session.scalar(sa.select(Unit.path).where(Unit.id == unit.parent_id)) or "/"
    return f"{above}{unit.id:0{PATH_DIGITS}d}/"
