"""flask certs …: what the pages do, for scripts."""

import json
import sys
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from college.certs.batches.models import IssueBatch
from college.certs.batches.operations import approve_batch, issue_batch, open_batch
from college.certs.batches.queries import ISSUE, PREVIEW, entries, lines
from college.certs.certificates.models import Certificate, CertificateState
from college.certs.certificates.queries import by_file
from college.core import clock, jobs
from college.core.db import db
from college.core.errors import DomainError
from college.core.roles import Actor
from college.courses.runs.models import CourseRun
from college.people.accounts.queries import by_login
from college.web.forms import sentence
from college.web.language import LOCALES, speaking

certs = AppGroup("certs", help="Issue certificates, and check files.")


@certs.command("issue")
@click.option("--run", "code", required=True, help="Code of the closed class.")
@click.option("--as", "login", required=True, help="Login of the person who issues.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Date on the paper; today.")
@click.option("--language", type=click.Choice(sorted(LOCALES)), default="zh")
def issue(code: str, login: str, day: datetime | None, language: str) -> None:
    """Issue the certificates of a class; print each number, or why there is none."""
    account = by_login(login)
    if account is None:
        raise click.ClickException(f"no account {login}")
    run = db.session.scalar(sa.select(CourseRun).where(CourseRun.code == code))
    if run is None:
        raise click.ClickException(f"no class {code}")
    with speaking(language):
        try:
            _print(_issued(account.actor, run, day))
        except DomainError as refusal:
            raise click.ClickException(sentence(refusal)) from refusal


@certs.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Say as JSON whether FILE is a certificate of ours, unaltered and in force; exit 0 if so."""
    digest = sha256(file.read_bytes()).hexdigest()
    certificate = by_file(digest)
    report = {"verdict": "unknown", "sha256": digest, "checked_at": clock.now().isoformat()}
    if certificate is not None:
        report |= _register(certificate)
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    sys.exit(0 if report["verdict"] == "valid" else 1)


def _issued(actor: Actor, run: CourseRun, day: datetime | None) -> int:
    """Go the way of the pages, and work off its two jobs here."""
    batch = open_batch(actor, run, issue_on=day.date() if day else clock.today())
    batch_id = batch.id
    _commit_and_work(PREVIEW, batch_id)
    approve_batch(actor, db.session.get_one(IssueBatch, batch_id))
    issue_batch(actor, db.session.get_one(IssueBatch, batch_id))
    _commit_and_work(ISSUE, batch_id)
    return batch_id


def _commit_and_work(kind: str, batch_id: int) -> None:
    db.session.commit()
    jobs.forget_nudges()  # this process does it itself
    job = jobs.latest(kind, batch_id)
    assert job is not None
    jobs.work_on(job.id, owner="cli")
    db.session.expire_all()


def _print(batch_id: int) -> None:
    batch = db.session.get_one(IssueBatch, batch_id)
    for line in lines(db.session.scalars(entries(batch)).all()):
        certificate, remark = line.place.certificate, line.entry.remark
        said = sentence(remark) if remark else line.entry.state
        click.echo(f"{certificate.number if certificate else '-'}\t{line.place.person.full_name}"
                   + ("" if certificate else f"\t{said}"))  # fmt: skip


def _register(certificate: Certificate) -> dict[str, str]:
    is_valid = certificate.state is CertificateState.ISSUED
    facts = {
        "verdict": "valid" if is_valid else certificate.state.value,
        "number": certificate.number,
        "state": certificate.state.value,
        "kind": certificate.kind.value,
        "name": certificate.facts["name"],
        "course": certificate.facts.get("course", ""),
        "issuer": certificate.facts["issuer"],
        "issued_on": certificate.issued_on.isoformat(),
    }
    if certificate.revoked_at is not None and certificate.revocation_reason is not None:
        facts["revoked_at"] = certificate.revoked_at.isoformat()
        facts["reason"] = certificate.revocation_reason.value
    return facts
