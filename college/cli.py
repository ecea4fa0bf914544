"""flask <area> <verb>: parse, call an operation as SYSTEM or as a person, commit."""

import os
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup, ScriptInfo, with_appcontext

from college import migrating, worker
from college.core import auditing, sealing
from college.core.db import db
from college.core.operation import is_away, violation
from college.core.roles import SYSTEM
from college.core.sweeping import sweep
from college.people.accounts.queries import has_demo_sign_ins
from college.web.vendoring import vendor

setup = AppGroup("setup", help="Prepare the college to run.")
jobs_group = AppGroup("jobs", help="Work that outlives a request.")
journal_group = AppGroup("journal", help="Who did what when, and whether anybody altered it.")
demo_group = AppGroup("demo", help="A believable college to try things out in.")
files_group = AppGroup("files", help="The stored files.")
assets_group = AppGroup("assets", help="Style sheets and scripts of others.")
NO_DATABASE = (
    "The database of this college is not set up, or is of another release: "
    "run `flask --app app setup all` first."
)
LACKING = {"42P01", "42703", "SQLITE_ERROR"}  # no such table, no such column
DATABASE_AWAY = "The database cannot be reached: see COLLEGE_DATABASE_URL, and whether it runs."


class InWords(AppGroup):
    """A group whose commands say in one sentence that there is no database to work with."""

    def invoke(self, ctx: click.Context) -> Any:
        """Raises ClickException where the database is away, or not of this release."""
        try:
            return super().invoke(ctx)
        except sa.exc.SQLAlchemyError as error:
            if is_away(error):
                raise click.ClickException(DATABASE_AWAY) from error
            if self.name == setup.name or not _is_lacking(
                error
            ):  # what makes it says what it lacks
                raise
            with ctx.ensure_object(ScriptInfo).load_app().app_context():
                if _is_database_current():
                    raise
            raise click.ClickException(NO_DATABASE) from error


def in_words(command: click.Command) -> click.Command:
    """The same command; of a group one that says in words what its commands cannot."""
    if not isinstance(command, click.Group):
        return command
    return InWords(command.name, commands=command.commands, help=command.help)


@setup.command("keys")
def write_keys() -> None:
    """Write random keys to the instance folder, unless they are there."""
    if sealing.keeper().make_key():
        click.echo(f"New key of the journal's seals in {sealing.keeper().key_path.name}.")
    path = Path(current_app.config["INSTANCE"]) / "college.env"
    if path.exists():
        return
    data_key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    text = f"COLLEGE_SECRET_KEY={secrets.token_urlsafe(48)}\nCOLLEGE_DATA_KEY={data_key}\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    click.echo(f"New keys in {path.name}: keep a copy apart from the backups.")


@setup.command("database")
def upgrade_database() -> None:
    """Bring the database to the present form."""
    migrating.upgrade()


@setup.command("all")
def set_everything_up() -> None:
    """Database, rules and designs as of this release; the demo college where nobody real is.

    Prints the demo sign-ins and nothing else; how far it is goes to stderr.
    """
    from college.demo.load import is_nobody_real, load, sign_ins

    if not _is_database_current():
        migrating.upgrade()
    is_real = current_app.config["IS_PRODUCTION"]
    if not is_real and is_nobody_real():  # also when an earlier load was interrupted
        load(_tell)  # before the rest: one line reaches it later than its results
    _adopt_reference_data()
    if not is_real:
        _print(sign_ins())


@demo_group.command("load")
@click.option("--people", default=0, show_default=True, help="So many more, for measuring.")
def load_demo(people: int) -> None:
    """Build the demo college; what is there already stays as it is."""
    from college.demo.load import load, sign_ins

    _refuse_production()
    if not load(_tell, people=people):
        _tell("The demo college is there already.")
    _print(sign_ins())


@demo_group.command("sheet")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def write_sheet(file: Path) -> None:
    """Write an invented result sheet of 2026 to try the import with: good rows and refused ones."""
    from college.demo.exams import sheet_2026

    _refuse_production()
    file.write_bytes(sheet_2026())
    _tell(f"{file}: 10 good rows, 6 that are refused.")


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1")
@click.option("--port", envvar="PORT", default=8000)
@with_appcontext
def serve(host: str, port: int) -> None:
    """Serve the college on this machine."""
    from waitress import serve as listen  # only this process needs it

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    refuse_open_doors()
    limit = app.config["MAX_CONTENT_LENGTH"] + 65536  # the app answers first, and in words
    listen(
        app,
        host=host,
        port=port,
        threads=app.config["THREADS"],
        ident=None,
        max_request_body_size=limit,
    )


@jobs_group.command("work")
def work() -> None:
    """Work off jobs until stopped."""
    worker.work(current_app._get_current_object())  # type: ignore[attr-defined]


@files_group.command("sweep")
@click.option("--dry-run", is_flag=True, help="Only list the files that would go.")
def sweep_files(dry_run: bool) -> None:
    """Remove the files that no row names once they are older than the grace; print each."""
    grace = timedelta(hours=current_app.config["FILES_GRACE_HOURS"])
    swept = sweep(grace=grace, dry_run=dry_run)
    if swept is None:
        raise click.ClickException("A backup or another sweep is under way. Try again later.")
    _print(swept.strays)
    _tell(f"{len(swept.strays)} strays, {swept.unfinished} unfinished, {swept.cached} cached.")


@journal_group.command("seal")
def seal_journal() -> None:
    """Seal now what the worker would seal within seconds."""
    try:
        click.echo(f"{sealing.seal_everything()} entries sealed.")
    except sealing.Estranged as error:
        raise click.ClickException(f"{error}. `flask journal verify` says more.") from error


@journal_group.command("verify")
@click.option("--json", "wants_json", is_flag=True, help="The report for a program to read.")
def verify_journal(wants_json: bool) -> None:
    """Check every entry, seal and copy; exit 1 and name what was tampered with."""
    report = auditing.verify()
    click.echo(auditing.as_json(report) if wants_json else auditing.in_words(report))
    if not report.is_whole:
        raise SystemExit(1)


@assets_group.command("vendor")
def vendor_assets() -> None:
    """Copy the listed packages of frontend/node_modules into static/vendor."""
    root = Path(current_app.root_path).parent
    vendor(root / "frontend", root / "static")


def _is_lacking(error: sa.exc.SQLAlchemyError) -> bool:
    """Whether it may be that a table or column is not there. SQLite calls much else the same."""
    return isinstance(error, sa.exc.DBAPIError) and violation(error) in LACKING


def _is_database_current() -> bool:
    """Compare the revisions, which takes a tenth of the time of an upgrade that does nothing."""
    wanted = migrating.scripts().get_heads()
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        held = connection.scalars(sa.text("SELECT version_num FROM alembic_version"))
        return set(held) == set(wanted)


def _adopt_reference_data() -> None:
    from college.certs.designs.operations import adopt_designs
    from college.exams.cycles.operations import adopt_cycles
    from college.exams.pass_rules.operations import adopt_rules
    from college.people.consents.operations import adopt_texts
    from college.people.consents.shipped import House

    adopt_designs(SYSTEM)
    adopt_rules(SYSTEM)
    adopt_cycles(SYSTEM)
    adopt_texts(SYSTEM, House.of(current_app.config))
    db.session.commit()


def _refuse_production() -> None:
    if current_app.config["IS_PRODUCTION"]:
        raise click.ClickException("The demo college is for trying out: production refuses it.")


def refuse_open_doors() -> None:
    """End a web process that would serve real people beside sign-ins whose password is public."""
    if not current_app.config["IS_PRODUCTION"]:
        return
    try:
        is_open = has_demo_sign_ins()
    except sa.exc.DBAPIError:  # no database yet: it may come back, and each sign-in asks again
        return
    if is_open:
        raise click.ClickException(
            "This college holds the demo's sign-ins, whose password is public: "
            "begin production with an empty database."
        )


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _print(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)
