"""Recovery codes: for whoever lost the phone that shows the others. Each opens once."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core.db import Base
from college.core.roles import Actor, Reach, Scope
from college.people.persons.models import Person


class RecoveryCode(Base):
    """The secret itself stands with the account; of these codes the keyed hash alone."""

    __tablename__ = "recovery_code"
    unversioned: ClassVar[str] = "it is used once, or gone with the others"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    used_at: Mapped[datetime | None]

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()
