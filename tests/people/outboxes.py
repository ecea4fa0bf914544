"""What the tests of notices have in common."""

from datetime import timedelta

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from college.people.notices import channels
from college.people.notices.carriers import mail_of
from college.people.notices.models import Channel, NoticeKind
from tests.factories import make_person
from tests.factories.notices import make_delivery

KIND = NoticeKind.ENROLLED
FACTS = {"title": "个案工作", "title_en": "Casework", "run_id": 7, "has_seat": True}


def use(app, url, **over):
    carrier = mail_of(app.config | {"MAIL_URL": url} | over)
    channels.use({Channel.MAIL: carrier})
    return carrier


def reachable(**over):
    return make_person(Role.TRAINEE, email="zhang@example.org", **over)


def tell_now(person, kind=KIND, **values):
    return make_delivery(person, kind, **(values or FACTS))


def again(delivery):
    db.session.refresh(delivery)
    return delivery


def later(monkeypatch, **span):
    moment = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: moment)
