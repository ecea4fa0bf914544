"""One request is one transaction."""

from flask import Flask, Response, request

from college.core import jobs
from college.core.db import db

SAFE = {"GET", "HEAD", "OPTIONS"}


def install(app: Flask) -> None:
    @app.after_request
    def commit(response: Response) -> Response:
        if request.method in SAFE or response.status_code >= 400:
            db.session.rollback()
            jobs.forget_nudges()
        else:
            db.session.commit()
            jobs.wake_after_commit()
        return response
