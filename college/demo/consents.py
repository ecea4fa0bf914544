"""The texts that ship, and the yes of whoever signs in to the demo; some took one back."""

import sqlalchemy as sa
from flask import current_app

from college.core.db import db
from college.core.roles import SYSTEM
from college.people.accounts.models import Account
from college.people.consents.models import Consent, ConsentKind, ConsentWay
from college.people.consents.operations import adopt_texts, agree
from college.people.consents.queries import in_force
from college.people.consents.shipped import House


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Consent.id > 0))))


def build() -> None:
    adopt_texts(SYSTEM, House.of(current_app.config))
    texts = in_force()
    asked = [texts[ConsentKind.PRIVACY], texts[ConsentKind.ID_NUMBER]]
    for account in db.session.scalars(sa.select(Account).order_by(Account.id)).all():
        agree(account.actor, asked, way=ConsentWay.ASKED)
