"""What the tests of consents have in common: a text published, and what is still to be read."""

from datetime import timedelta

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM
from college.people.accounts.passwords import hashed
from college.people.consents import queries
from college.people.consents.models import ConsentKind
from college.people.consents.operations import NewText, publish_text
from college.people.persons.models import Person
from tests.conftest import account_of
from tests.factories import make_id_number, make_person

K = ConsentKind
PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)


def make_reader() -> Person:
    """李雷, who can sign in with PASSWORD."""
    person = make_person(full_name="李雷", id_number=make_id_number(), phone="13800138000")
    account_of(person).password_hash = HASH
    db.session.commit()
    return person


def published(kind=K.PRIVACY, *, actor=SYSTEM, days=0, **over):
    last = queries.newest(kind)
    usual = {"title": "告知", "title_en": "Notice", "text": f"一、新的{clock.now()}",
             "text_en": "1. New", "renews": True, "follows": last.edition if last else 0,
             "from_on": clock.today() + timedelta(days=days)}  # fmt: skip
    made = publish_text(actor, NewText(kind=kind, **usual | over))
    db.session.commit()
    return made


def due(person):
    return [(each.text.kind, each.is_needed) for each in queries.due_for(person)]
