"""One request is one transaction, begun again once when somebody else's was in its way."""

from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, request

from college.core import jobs, lines, security_log
from college.core.db import db, undo_all
from college.core.errors import DomainError
from college.core.operation import is_away, is_busy
from college.web import proofs

SAFE = {"GET", "HEAD", "OPTIONS"}
STATEMENT_SECONDS = 15  # the longest for one statement: more than somebody else's lock may take


class OneTransaction(Flask):
    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        with lines.patient_for(STATEMENT_SECONDS):
            return super().wsgi_app(environ, start_response)

    def dispatch_request(self) -> Any:
        if request.method in SAFE:
            db.session.info["only_reads"] = True
            return super().dispatch_request()
        try:
            return self.write()
        except sa.exc.OperationalError as error:
            if not is_busy(error):
                raise
            begin_again()
            return self.write()  # busy once more: web/errors.py says so, and when to come back

    def write(self) -> Response:
        """The view's answer, committed; or the first one, where the same form came in before."""
        earlier = proofs.first_answer()
        if earlier is not None:
            return earlier
        try:
            response = self.make_response(super().dispatch_request())
        except DomainError:
            # refused, perhaps just because the same form is being answered elsewhere
            undo()
            earlier = proofs.first_answer()
            if earlier is None:
                raise
            return earlier
        if response.status_code < 400 and proofs.keep_answer(response):
            g.is_committing = True  # should the line break now, nobody knows what became of it
            db.session.commit()
            g.is_committing = False
            jobs.wake_after_commit()
            return response
        undo()
        return proofs.first_answer() or response


def install(app: Flask) -> None:
    @app.after_request
    def end(response: Response) -> Response:
        """Whatever was not committed by now never happened."""
        undo()
        return response

    @app.teardown_request
    def let_go(_: object) -> None:
        db.session.info.pop("only_reads", None)


def undo() -> None:
    try:
        undo_all()
    except sa.exc.SQLAlchemyError as error:
        if not is_away(error):
            raise
        db.session().invalidate()  # the connection broke, and with it the transaction
    jobs.forget_nudges()


def begin_again() -> None:
    undo()
    security_log.forget()
    for _, uploads in request.files.lists():
        for upload in uploads:
            upload.stream.seek(0)
