"""What 王督导 has logged: confirmed sessions, and those that wait for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.demo import staff
from college.demo.cast import actor, as_trainee, person
from college.demo.courses import at
from college.people.persons.models import Person
from college.supervision.sessions.models import (
    Form,
    Function,
    SupervisionSession,
    SupervisionType,
)
from college.supervision.sessions.operations import confirm, decline, log_session
from college.supervision.sessions.queries import attendances_of

ROOM = "通辽社会工作学院 督导室"
LILEI = -1  # his place among the supervisees below
E, S, A = Function.EDUCATIONAL, Function.SUPPORTIVE, Function.ADMINISTRATIVE


@dataclass(frozen=True, slots=True)
class Held:
    """A session so many days ago: who was there for how long, and who said yes to it."""

    days_ago: int
    form: Form
    minutes: int
    topics: str
    agreed_actions: str
    people: Sequence[tuple[int, int]]  # place among the supervisees, minutes
    confirmed_by: Sequence[int] = ()
    functions: Sequence[Function] = (E, S)
    objection: tuple[int, str] | None = None
    is_remote: bool = False


HELD = (
    Held(47, Form.INDIVIDUAL, 60, "个案 A-03：接案后的关系建立；记录里事实与判断分开写",
         "下次带一份改过的接案记录", [(LILEI, 60)], [LILEI], (E,)),
    Held(40, Form.GROUP, 120, "老年小组第二至四节的带领：沉默的成员怎么邀请",
         "各自写一份带领反思，小组内互看", [(LILEI, 120), (0, 120), (1, 120), (2, 90)],
         [LILEI, 0, 1, 2]),
    Held(26, Form.INDIVIDUAL, 60, "个案 B-07：家庭会谈前的准备", "与村（社区）约好会谈时间",
         [(3, 60)], [3], (E, A)),
    Held(19, Form.GROUP, 90, "站点月报的口径：人、人次、场分开填", "按新口径重填上月月报",
         [(LILEI, 90), (0, 90), (3, 90)], [LILEI, 0, 3], (A,), is_remote=True),
    Held(8, Form.GROUP, 90, "危机个案的转介流程；情绪耗竭的早期信号",
         "每人列出本街道的转介单位和电话", [(0, 90), (1, 90), (2, 60)], [0], (E, S),
         (2, "那天我提前走了，只在场三十分钟")),
    Held(2, Form.INDIVIDUAL, 60, "个案 A-03：预估报告的结构；和服务对象一起定目标",
         "两周内完成服务计划初稿", [(LILEI, 60)]),
)  # fmt: skip


def is_there() -> bool:
    mine = SupervisionSession.supervisor_id == person("wangdudao").id
    return bool(db.session.scalar(sa.select(sa.exists().where(mine))))


def build() -> None:
    people = [*staff.of_tongliao()[15:20], person("lilei")]
    for held in HELD:
        _answer(_log(held, people), held, people)


def _log(held: Held, people: Sequence[Person]) -> SupervisionSession:
    starts_at = at(clock.today() - timedelta(days=held.days_ago), time(15))
    ends_at = starts_at + timedelta(minutes=held.minutes)
    with clock.put_at(ends_at + timedelta(minutes=20)):
        return log_session(
            actor("wangdudao"),
            person("wangdudao"),
            form=held.form,
            type=SupervisionType.TRAINING,
            functions=held.functions,
            starts_at=starts_at,
            ends_at=ends_at,
            place="" if held.is_remote else ROOM,
            is_remote=held.is_remote,
            topics=held.topics,
            agreed_actions=held.agreed_actions,
            attendances=[(people[place], minutes) for place, minutes in held.people],
        )


def _answer(logged: SupervisionSession, held: Held, people: Sequence[Person]) -> None:
    """Each supervisee confirms their own minutes the next evening, or objects."""
    mine = {a.supervisee_id: a for a in attendances_of(logged)}
    with clock.put_at(logged.ends_at + timedelta(hours=26)):
        for place in held.confirmed_by:
            confirm(as_trainee(people[place]), mine[people[place].id])
        if held.objection is not None:
            place, note = held.objection
            decline(as_trainee(people[place]), mine[people[place].id], note=note)
