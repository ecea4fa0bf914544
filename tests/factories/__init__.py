"""make_x(**overrides): a saved, valid X with dull defaults. A test names only what it is about."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count
from typing import Any, TypeVar

from college.core import clock
from college.core.db import Base, db
from college.core.roles import NOBODY, SYSTEM, Actor, Grant, Role
from college.people.consents import scans
from college.people.consents.models import Consent, ConsentKind, ConsentText, ConsentWay
from college.people.consents.operations import adopt_texts
from college.people.consents.queries import in_force
from college.people.consents.shipped import House
from college.people.employment.models import Capacity, Employment
from college.people.invitations.codes import new_code
from college.people.invitations.models import Invitation, Way
from college.people.invitations.operations import invite
from college.people.oidc.models import ExternalIdentity
from college.people.persons.identity import IdType, check_character
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_person
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.people.roles.models import RoleGrant
from college.people.schooling.models import EarlierPractice, Education, Schooling
from college.people.sign_ups.models import SignUp
from college.people.sign_ups.operations import NewSignUp, register
from college.reports.personal_data.models import DataRequest, RequestKind
from college.stations.indicators.models import CountUnit, IndicatorValue
from college.stations.indicators.operations import Reported, record_indicators
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import NewUnit, open_unit

T = TypeVar("T", bound=Base)
_numbers = count(1)


def saved(row: T) -> T:
    db.session.add(row)
    db.session.commit()  # as if an earlier request had made it
    return row


def make_id_number(number: int | None = None) -> str:
    """A number with a right check character in an area that does not exist."""
    days, serial = divmod(number or next(_numbers), 1000)
    first_17 = f"999999{date(1990, 1, 1) + timedelta(days):%Y%m%d}{serial:03d}"
    return first_17 + check_character(first_17)


def make_person(
    role: Role | None = Role.TRAINEE, *, unit: Unit | None = None, **over: Any
) -> Person:
    """A person with one role, and, with `unit`, a post there and the role granted for it."""
    name = over.pop("full_name", "李雷")
    person = record_person(SYSTEM, NewPerson(full_name=name, **over))
    db.session.commit()
    if role is not None:
        grant(person, role, unit)
    if unit is not None:
        hired(person, unit)
    return person


def grant(person: Person, role: Role, unit: Unit | None = None) -> RoleGrant:
    return saved(
        RoleGrant(
            person_id=person.id,
            role=role,
            unit_id=unit.id if unit else None,
            from_on=date(2020, 1, 1),
        )
    )


def make_invitation(person: Person) -> Invitation:
    lasts = timedelta(days=14)
    made = invite(SYSTEM, person, code=new_code(), way=Way.SLIP, lasts=lasts)
    db.session.commit()
    return made


def make_identity(person: Person) -> ExternalIdentity:
    """What some provider knows the person as."""
    number = next(_numbers)
    issuer = f"https://id{number}.example.org"
    return saved(ExternalIdentity(person_id=person.id, issuer=issuer, sub=f"{number}"))


def make_sign_up(unit: Unit, *, email: str = "") -> SignUp:
    """Somebody on record at a unit, without an account, who registered by themselves."""
    number = make_id_number()
    make_person(None, unit=unit, id_number=number, full_name="巴特尔")
    new = NewSignUp(
        full_name="巴特尔",
        id_number=number,
        id_type=IdType.RESIDENT_ID,
        unit=unit,
        phone="13800138000",
        email=email,
        consent="2026-11",
    )
    made = register(NOBODY, new, password_hash="-")
    db.session.commit()
    return made


def make_texts() -> dict[ConsentKind, ConsentText]:
    """The shipped texts, published today."""
    adopt_texts(SYSTEM, House("测试学院", "Test College", "0475-123"))
    db.session.commit()
    return dict(in_force())


def make_consent(person: Person, text: ConsentText, **over: Any) -> Consent:
    usual = {"way": ConsentWay.ASKED}
    return saved(Consent(person_id=person.id, text_id=text.id, **usual | over))


def make_signed(person: Person, text: ConsentText, **over: Any) -> Consent:
    """Signed on paper, with its scan."""
    paper = {"way": ConsentWay.PAPER, "signed_on": clock.today(), "taken_by": "王主任"}
    scan = {"scan_sha256": scans.keep(BytesIO(b"%PDF-1.7 signed"))}
    return make_consent(person, text, **paper | scan | over)


def make_indicator(unit: Unit, **over: Any) -> IndicatorValue:
    """What some source printed of a unit."""
    name = f"服务群众{next(_numbers)}"
    usual = {"code": name, "label": name, "label_en": "People served"}
    number = {"value": Decimal(77), "count_unit": CountUnit.PERSONS, "as_of": date(2024, 8, 31)}
    new = Reported(unit=unit, **usual | number | over)
    (made,) = record_indicators(SYSTEM, [new])
    db.session.commit()
    return made


def make_request(person: Person, **over: Any) -> DataRequest:
    usual = {"kind": RequestKind.CORRECTION, "text": "电话号码变了"}
    return saved(DataRequest(person_id=person.id, **usual | over))


def hired(person: Person, unit: Unit, **over: Any) -> Employment:
    usual = {"capacity": Capacity.STATION_WORKER, "from_on": date(2020, 1, 1)}
    return saved(Employment(person_id=person.id, unit_id=unit.id, **usual | over))


def qualified(
    person: Person,
    level: Level = Level.ASSISTANT,
    approved_on: date = date(2024, 9, 1),
    **over: Any,
) -> Qualification:
    facts = {"basis": PassBasis.NATIONAL, **over}
    row = Qualification(person_id=person.id, level=level, approved_on=approved_on, **facts)
    return saved(row)


def schooled(
    person: Person,
    education: Education = Education.BACHELOR,
    graduated_on: date = date(2018, 7, 1),
    **over: Any,
) -> Schooling:
    facts = {"is_social_work": False, **over}
    row = Schooling(person_id=person.id, education=education, graduated_on=graduated_on, **facts)
    return saved(row)


def practised(
    person: Person, from_on: date = date(2018, 1, 1), to_on: date = date(2018, 12, 31), **over: Any
) -> EarlierPractice:
    facts = {"employer": "社区服务中心", **over}
    return saved(EarlierPractice(person_id=person.id, from_on=from_on, to_on=to_on, **facts))


def make_unit(parent: Unit | None = None, **over: Any) -> Unit:
    usual = {"name": f"测试社工站{next(_numbers)}", "kind": UnitKind.STATION}
    unit = open_unit(SYSTEM, NewUnit(parent=parent, **usual | over))
    db.session.commit()
    return unit


def actor(person: Person, *roles: Role) -> Actor:
    """Whom a person acts as, without asking the database for their account."""
    return Actor(person.id, frozenset(Grant(role) for role in roles))
