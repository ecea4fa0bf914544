"""What the worker does: one job after the other, and its chores again and again."""

from datetime import timedelta

from flask import Flask, current_app

from college.core import security_log
from college.core.queue import HOUR, run_worker
from college.core.sweeping import sweep
from college.exams.candidacies import jobs as candidacies
from college.exams.cohorts import jobs as cohorts
from college.exams.results import jobs as results
from college.people.invitations import jobs as invitations
from college.people.notices import jobs as notices
from college.people.notices.forgetting import forget_notices, give_up_expired
from college.people.sign_ins.visits import forget_sign_ins
from college.register.continuing_education import jobs as continuing_education
from college.register.reviews import jobs as reviews
from college.reports import keeping
from college.reports.retention import jobs as retention
from college.reports.retention.queries import Periods


def work(app: Flask) -> None:
    """Work until the process is told to stop."""
    run_worker(app.extensions["queue"], app.app_context, CHORES)


def keep_house() -> None:
    """Forget what was kept long enough, and the files that no row names."""
    config = current_app.config
    kept = timedelta(days=config["SECURITY_LOG_DAYS"])
    forget_sign_ins(kept)
    give_up_expired()
    forget_notices(timedelta(days=config["NOTICE_DAYS"]))
    security_log.forget_old(kept)
    sweep(grace=timedelta(hours=config["FILES_GRACE_HOURS"]))


def propose_due() -> None:
    """Propose what is due by the settings, for people to decide."""
    retention.propose_due(Periods.of(current_app.config))


def remind_candidates() -> None:
    """Tell of the dates of exam years, so many days ahead as the settings say."""
    usual = current_app.config["EXAM_REMINDER_DAYS"].split(",")
    candidacies.remind_due([int(days) for days in usual])


CHORES = (  # after how many seconds each comes again
    (HOUR, keep_house),
    (notices.SECONDS, notices.send_due),
    (invitations.SECONDS, invitations.answer_asks),
    (continuing_education.SECONDS, continuing_education.warn_due),
    (candidacies.SECONDS, remind_candidates),
    (results.SECONDS, results.warn_due),
    (cohorts.SECONDS, cohorts.warn_due),
    (reviews.SECONDS, reviews.warn_due),
    (retention.SECONDS, propose_due),
    (keeping.SECONDS, keeping.keep_due),
)
