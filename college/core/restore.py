"""A backup becomes the college again: checked whole beforehand, compared with its manifest after.

Files go in one by one, each under the hash of its bytes; then the rows, all or none: a restore that
was cut off leaves the database as it was and can simply be repeated.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from college.core import clock, dump, sweeping
from college.core.archive import Member, Refused
from college.core.backup import (
    FILES,
    MANIFEST,
    ROWS,
    SEALS,
    College,
    Manifest,
    Tell,
    chunks,
    members,
    tell_now_and_then,
    work_folder,
)
from college.core.backup_key import mark_of_data_key


def refuse_unfit(
    college: College, manifest: Manifest, *, known: Collection[str], over: bool, other_key: bool
) -> None:
    """Raise Refused where this backup does not belong into this college.

    `known` are the revisions that this release can bring to the present form; `over` allows to
    replace what is there, `other_key` to restore what nobody can decrypt.
    """
    engine = college.engine.dialect.name
    if manifest.engine != engine:
        raise Refused(f"The backup is of {manifest.engine}, and this database is {engine}.")
    if manifest.revision not in known:
        raise Refused(
            f"The backup is of a newer release (revision {manifest.revision}, application "
            f"{manifest.version}): restore it with that one."
        )
    if manifest.data_key != mark_of_data_key() and not other_key:
        raise Refused(
            "COLLEGE_DATA_KEY is not the one that the backup was made with: ID numbers, phones and "
            "the journal's details could not be read. Put your copy of college.env into the "
            "instance folder first. If it is lost, --without-data-key restores all the rest."
        )
    if not over and not _is_empty(college):
        raise Refused(
            "There is a college here already: nothing was changed. Restore into an empty instance "
            "folder and database, or replace this one with --over."
        )


def restore(college: College, file: Path, manifest: Manifest, key: bytes, tell: Tell) -> None:
    """Put the files, the seals and the rows of a verified backup in place. Raises Refused."""
    with sweeping.held(), work_folder(college) as work:
        done = 0
        for member in members(file, key):
            if member.name.startswith(FILES):
                _put(college, member)
                done += 1
                tell_now_and_then(tell, done, "files put back")
            elif member.name != MANIFEST:
                _write_out(member, work)
        tell(f"{done} files are back; now the rows")
        dump.put_back(
            college.engine, work / ROWS, lambda c: _compare(c, manifest), tools=college.tools
        )
        _put_seals(college, work)


def prove_files(college: College, manifest: Manifest, tell: Tell) -> int:
    """Read every file that a row names, and say how many there are. Raises FileLost."""
    with college.engine.connect() as connection:
        named = sweeping.named_keys(connection) - set(manifest.lost)
    for count, key in enumerate(sorted(named), start=1):
        college.files.get(key)
        tell_now_and_then(tell, count, "files read again")
    return len(named)


def _is_empty(college: College) -> bool:
    with college.engine.connect() as connection:
        has_seals = college.seals.is_dir() and any(college.seals.iterdir())
        return dump.is_empty(connection) and not has_seals


def _put(college: College, member: Member) -> None:
    named = member.name.removeprefix(FILES)
    if college.files.put(b"".join(chunks(member))) != named:
        raise Refused(f"The file {named} changed while it was restored. Try again.")


def _write_out(member: Member, work: Path) -> None:
    """Write rows or a seal aside; no name leads out of the folder."""
    path = work / member.name
    if member.name != ROWS and path.parent != work / SEALS:
        raise Refused(f"The backup holds {member.name}, which belongs nowhere.")
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as out:
        for chunk in chunks(member):
            out.write(chunk)


def _put_seals(college: College, work: Path) -> None:
    """Replace the copies of the seals; those that were there stay beside them."""
    if college.seals.is_dir() and any(college.seals.iterdir()):
        now = f"{clock.local(clock.now()):%Y%m%d-%H%M%S}"
        college.seals.rename(college.seals.with_name(f"seals-before-{now}"))
    if (work / SEALS).is_dir():
        college.seals.mkdir(exist_ok=True)
        for path in sorted((work / SEALS).iterdir()):
            path.rename(college.seals / path.name)


def _compare(connection: sa.Connection, manifest: Manifest) -> None:
    """Every table by what it holds; by its number of rows where the backup is older than that."""
    found, said = dump.facts_of(connection), manifest.facts
    if not said.contents:
        found = replace(found, contents={})
    if found != said:
        tables = sorted({name for name, _ in _items(found) ^ _items(said)})
        which = f" in {', '.join(tables)}" if tables else ""
        raise Refused(
            f"The restored rows are not those of the manifest{which}: nothing was replaced."
        )


def _items(facts: dump.Facts) -> set[tuple[str, int | str]]:
    return {*facts.tables.items(), *facts.contents.items()}
