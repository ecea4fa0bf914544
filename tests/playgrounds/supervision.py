"""Sessions in every state: locked, waiting, objected to, this month and the last."""

from datetime import timedelta

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from college.people.persons.models import Person
from college.supervision.sessions.models import Form
from college.supervision.sessions.operations import confirm, decline
from college.supervision.sessions.queries import attendances_of
from tests.factories import actor
from tests.factories.supervision import make_session


def supervision(cast: dict[str, Person]) -> None:
    wang, lilei, sugeng = cast["wangdudao"], cast["lilei"], cast["sugeng"]
    now = clock.local(clock.now())
    base = now.replace(hour=9, minute=0, second=0, microsecond=0)
    for weeks in range(5, 9):
        make_session(
            lilei, supervisor=wang, starts_at=base - timedelta(weeks=weeks), is_locked=True
        )
    pair = {"supervisor": wang, "form": Form.GROUP}
    make_session(lilei, sugeng, **pair, starts_at=base - timedelta(days=40), is_locked=True)
    make_session(
        lilei,
        supervisor=wang,
        starts_at=base - timedelta(days=4),
        agreed_actions="李雷：写完个案-07的记录，下周三前",
    )
    make_session(
        lilei, sugeng, **pair, starts_at=base - timedelta(days=3), is_remote=True, place=""
    )
    objected = make_session(sugeng, supervisor=wang, starts_at=base - timedelta(days=2))
    decline(actor(sugeng, Role.TRAINEE), attendances_of(objected)[0], note="我只参加了 40 分钟。")
    half = make_session(lilei, sugeng, **pair, starts_at=base - timedelta(days=1), minutes=45)
    confirm(actor(lilei, Role.TRAINEE), attendances_of(half)[0])
    db.session.commit()
