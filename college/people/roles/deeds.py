import sqlalchemy as sa

from college.core.deeds import DAY, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.roles.models import RoleGrant
from college.stations.units.models import Unit

NOUN = Noun(
    model=RoleGrant,
    see=Can.PERSONS_SEE,
    of_person=True,
    named=sa.select(
        RoleGrant.id,
        RoleGrant.role.label("role"),
        Unit.name.label("unit"),
        Unit.name_en.label("unit_en"),
    ).outerjoin(Unit, Unit.id == RoleGrant.unit_id),
    reads={"from_on": DAY, "to_on": DAY},
    deeds={
        "grant_role": deed(
            say("%(who)s gave %(whom)s the role “%(role)s” at %(unit)s until %(to_on)s"),
            say("%(who)s gave %(whom)s the role “%(role)s” at %(unit)s"),
            say("%(who)s gave %(whom)s the role “%(role)s”"),
            say("%(who)s gave a role"),
            many=say("%(who)s gave %(n)s roles"),
        ),
        "end_grant": deed(
            say("%(who)s ended the role “%(role)s” of %(whom)s at %(unit)s"),
            say("%(who)s ended the role “%(role)s” of %(whom)s"),
            say("%(who)s ended a role"),
            many=say("%(who)s ended %(n)s roles"),
        ),
    },
)
