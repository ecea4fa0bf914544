"""flask backup …: one encrypted file of the whole college, and the college from that file."""

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from college import migrating
from college.core import backup as backups
from college.core import dump, storage
from college.core import restore as restoring
from college.core.archive import Refused
from college.core.backup import College, Manifest
from college.core.backup_key import KEYLESS, find_key, make_key
from college.core.db import db
from college.core.errors import DomainError
from college.reports.personal_data.again import all_deleted_again, deleted_people
from college.reports.personal_data.deletion import clear_up

CONFIRMATION = "replace everything"
NOT_IN_IT = """\
Neither this key nor college.env (with COLLEGE_DATA_KEY) is in the backup, on purpose. Keep a copy
of both in another place: without them the backup is useless, and we cannot help."""
backup = AppGroup("backup", help="The whole college in one encrypted file.")
existing = click.Path(exists=True, dir_okay=False, path_type=Path)


@backup.command("create")
@click.argument("target", type=click.Path(path_type=Path), required=False)
def create(target: Path | None) -> None:
    """Back up into the folder or the new file TARGET; default: the instance folder's backups.

    The college may go on working meanwhile.
    """
    with _plain_refusals():
        college = _college()
        _refuse_another_form(college)
        key = _key_or_new_one(college)
        if target is None:
            target = college.instance / "backups"
            target.mkdir(mode=0o700, exist_ok=True)
        path, manifest = backups.create(college, target, key, _tell)
    click.echo(path)
    _describe(manifest)
    if manifest.lost:
        raise click.ClickException(
            f"The backup is good, but {len(manifest.lost)} files were missing or altered before: "
            + " ".join(manifest.lost)
        )


@backup.command("verify")
@click.argument("file", type=existing)
def verify(file: Path) -> None:
    """Read all of a backup and say whether it is whole."""
    with _plain_refusals():
        manifest = backups.verify(file, _key(), _tell)
    click.echo("The backup is whole.")
    _describe(manifest)


@backup.command("restore")
@click.argument("file", type=existing)
@click.option("--over", is_flag=True, help="Replace the college that is there; asks first.")
@click.option("--without-data-key", is_flag=True, help="COLLEGE_DATA_KEY is lost: save the rest.")
def restore(file: Path, over: bool, without_data_key: bool) -> None:
    """Make the backup FILE the college again. Stop the web processes and the worker first."""
    with _plain_refusals():
        college, key = _college(), _key()
        _tell("Reading the whole backup first; nothing is changed yet.")
        manifest = backups.verify(file, key, _tell)
        known = {revision.revision for revision in migrating.scripts().walk_revisions()}
        restoring.refuse_unfit(
            college, manifest, known=known, over=over, other_key=without_data_key
        )
        if over:
            _confirm()
        gone = deleted_people()  # of the college that is replaced
        restoring.restore(college, file, manifest, key, _tell)
        click.echo("The rows and the end of the journal are those of the backup.")
        migrating.upgrade()
        _delete_again(gone)
        count = restoring.prove_files(college, manifest, _tell)
    click.echo(f"All {count} files that rows name are there, and their hashes are right.")
    _describe(manifest)


def _delete_again(people: Sequence[int]) -> None:
    files = all_deleted_again(people, _tell)
    db.session.commit()
    clear_up(files)


def _college() -> College:
    config = current_app.config
    pyproject = Path(current_app.root_path).parent / "pyproject.toml"
    version = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["version"]
    tools = config["POSTGRES_TOOLS"]
    return College(db.engine, storage.files(), Path(config["INSTANCE"]), version, tools)


def _key() -> bytes:
    given = current_app.config["BACKUP_KEY"].get_secret_value()
    return find_key(given, Path(current_app.config["INSTANCE"]))


def _key_or_new_one(college: College) -> bytes:
    try:
        return _key()
    except Refused as refusal:
        if str(refusal) != KEYLESS:
            raise
    _tell(f"A new key is in {make_key(college.instance)}.\n{NOT_IN_IT}")
    return _key()


def _refuse_another_form(college: College) -> None:
    """Which columns name files is known of the present form alone."""
    with college.engine.connect() as connection:
        held = dump.revision_of(connection)
    if held != migrating.scripts().get_current_head():
        raise Refused(
            f"The database has the form {held or 'of nothing yet'}, not that of this release: back "
            "up with the release it belongs to, or run `flask --app app setup database`."
        )


def _confirm() -> None:
    _tell("This replaces every row of the college that is here now. Stop its processes first.")
    if click.prompt(f"Type “{CONFIRMATION}” to go on", err=True) != CONFIRMATION:
        raise Refused("Nothing was changed.")


def _describe(manifest: Manifest) -> None:
    journal = manifest.journal
    entry = journal["entry"]
    last = entry["id"] if isinstance(entry, dict) else "none"
    click.echo(f"made at {manifest.made_at}, application {manifest.version}, {manifest.engine}")
    click.echo(f"{sum(manifest.tables.values())} rows in {len(manifest.tables)} tables")
    click.echo(f"{len(manifest.files)} files, {len(manifest.lost)} lost before")
    click.echo(f"journal: {journal['count']} entries, the last is number {last}")
    seal = journal.get("seal")
    if isinstance(seal, dict):
        click.echo(f"seal {seal['number']} over {seal['size']} entries: {seal['root']}")


@contextmanager
def _plain_refusals() -> Iterator[None]:
    try:
        yield
    except (Refused, OSError) as error:
        raise click.ClickException(str(error)) from error
    except DomainError as error:
        raise click.ClickException(error.message) from error


def _tell(line: str) -> None:
    click.echo(line, err=True)
