"""What commands have in common: in whose name, in which language, as of when, and their jobs."""

from datetime import UTC, datetime, timedelta
from time import sleep

import click

from college.core import clock, jobs
from college.core.db import db
from college.core.roles import Actor
from college.people.accounts.queries import by_login
from college.web.language import LOCALES


class Moment(click.DateTime):
    """A moment of the college's wall clock; a date alone means the end of that day."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        typed: datetime = super().convert(value, param, ctx)
        if typed.tzinfo is not None:
            return typed
        is_day = isinstance(value, str) and "T" not in value
        try:
            moment = typed.replace(tzinfo=clock.SHANGHAI) + timedelta(days=is_day)
            moment.astimezone(UTC)  # as it is stored
        except OverflowError:
            self.fail(f"{value!r} is beyond the calendar.", param, ctx)
        return moment


as_of = click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The date; else today.")
known_at = click.option(
    "--known-at",
    type=Moment(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Only what was on record then (Tongliao's time; a date alone: at its end); else now.",
)
as_login = click.option("--as", "login", required=True, help="Whose name stands in the journal.")
in_language = click.option("--language", type=click.Choice(sorted(LOCALES)), default="zh")


def actor_of(login: str) -> Actor:
    """As whom a command acts. Raises ClickException where there is no such account."""
    account = by_login(login)
    if account is None:
        raise click.ClickException(f"There is no account {login!r}.")
    return account.actor


def commit_and_work(kind: str, row_id: int, word: str) -> None:
    """Do a job to its end, or see a running worker do it, and say how far it is.

    Raises ClickException where it stopped.
    """
    db.session.commit()
    jobs.forget_nudges()  # this process does it itself
    while (job := jobs.latest(kind, row_id)) is not None and not job.is_over:
        jobs.work_on(job.id, "cli", lambda now: click.echo(f"{word}: {now.done} of {now.total}"))
        db.session.rollback()
        if not db.session.get_one(jobs.Job, job.id).is_over:
            sleep(1)  # a worker was faster
            db.session.rollback()
    if job is None or job.state is jobs.JobState.FAILED:
        reason = job.error if job is not None else ""
        raise click.ClickException(f"Stopped: {reason} What is recorded stays; run it again.")
