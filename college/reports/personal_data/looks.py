"""Notes who opened somebody else's page, after the answer is made and at most once a day.

A short transaction of its own, as people/sign_ins/visits.py: reading a page takes no lock.
"""

import logging

import sqlalchemy as sa
from flask import Flask, Response, request
from flask_login import current_user

from college.core import clock
from college.core.db import db
from college.core.operation import apart
from college.reports.personal_data.models import Look

PAGES = {"persons.show", "persons.edit", "persons.photo"}
log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Before web/transaction: what is installed later ends earlier."""
    app.after_request(note_look)


def note_look(response: Response) -> Response:
    if request.endpoint in PAGES and response.status_code == 200 and current_user.is_authenticated:
        person_id = (request.view_args or {})["person_id"]
        if person_id != current_user.person_id:
            _note(person_id, current_user.person_id)
    return response


def _note(person_id: int, reader_id: int) -> None:
    row = {"person_id": person_id, "reader_id": reader_id, "on": clock.today()}
    db.session.rollback()
    try:
        if db.session.scalar(sa.select(Look.id).filter_by(**row)) is None:
            db.session.rollback()
            with apart() as own:
                own.execute(sa.insert(Look), [row])
    except sa.exc.IntegrityError:
        pass  # two pages at once: the other one noted it
    except (sa.exc.OperationalError, sa.exc.TimeoutError):
        # the page is made and goes out; the log says what is missing
        log.error("look of %s at %s not noted", reader_id, person_id)
    finally:
        db.session.rollback()
