"""One encrypted file that holds the college as of one moment, made while it goes on working.

The rows come first and then every file that one of them names, so that no row lacks its file; last
comes the manifest, which says what must be there.
"""

import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import sqlalchemy as sa

from college.core import archive, clock, dump, sweeping
from college.core.archive import Member, Refused
from college.core.backup_key import mark_of_data_key
from college.core.folder import sync_folder
from college.core.storage import FileLost, Store

FORMAT = 1
ROWS, MANIFEST = "rows", "manifest.json"
FILES, SEALS = "files/", "seals/"
CHUNK = 1024 * 1024
EACH = 200  # files between two lines of progress
Tell = Callable[[str], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class College:
    """What a backup is made of, or restored to."""

    engine: sa.Engine
    files: Store
    instance: Path
    version: str
    tools: str = ""  # the folder of PostgreSQL's programs, unless they are where one looks for them

    @property
    def seals(self) -> Path:
        return self.instance / "seals"


@dataclass(frozen=True)
class Manifest:
    format: int
    version: str  # of the application
    engine: str
    revision: str
    made_at: str
    data_key: str  # a keyed hash that only the same COLLEGE_DATA_KEY gives
    tables: dict[str, int]
    journal: dict[str, object]
    rows: str  # SHA-256, as of all the following
    files: list[str]
    lost: list[str]  # files that were missing or altered when the backup was made
    seals: dict[str, str]
    contents: dict[str, str] = field(default_factory=dict)  # fingerprints of the tables

    @property
    def facts(self) -> dump.Facts:
        return dump.Facts(self.revision, self.tables, self.journal, self.contents)


def create(college: College, target: Path, key: bytes, tell: Tell) -> tuple[Path, Manifest]:
    """Write a backup into the folder `target`, or as that file. Raises Refused and FilesAway."""
    path = _new_path(target)
    part = path.with_name(f".{path.name}.part")
    with sweeping.held(), work_folder(college) as work:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                manifest = _write(college, work, archive.writing(file, key), tell)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
    sync_folder(path.parent)
    log.info("backup made: %d files, %d lost", len(manifest.files), len(manifest.lost))
    return path, manifest


def verify(file: Path, key: bytes, tell: Tell) -> Manifest:
    """Read all of a backup and compare it with its manifest. Raises Refused."""
    hashes: dict[str, str] = {}
    text = b""
    for member in members(file, key):
        if member.name == MANIFEST:
            text = member.content.read()
        else:
            hashes[member.name] = hash_of(member)
            tell_now_and_then(tell, len(hashes), "members read")
    manifest = read_manifest(text)
    if hashes != expected(manifest):
        raise Refused("The backup is not what its manifest says. Use another one.")
    return manifest


def expected(manifest: Manifest) -> dict[str, str]:
    """The hash of every member but the manifest, by name."""
    files = {FILES + key: key for key in manifest.files}
    seals = {SEALS + name: hashed for name, hashed in manifest.seals.items()}
    return {ROWS: manifest.rows} | files | seals


def read_manifest(text: bytes) -> Manifest:
    said = json.loads(text) if text else {}
    if said.get("format") != FORMAT:
        raise Refused("The backup was made by a newer release: restore it with that one.")
    return Manifest(**said)


def members(file: Path, key: bytes) -> Iterator[Member]:
    with file.open("rb") as opened:
        yield from archive.members(opened, key)


def hash_of(member: Member) -> str:
    """The hash of what a member holds; what is named by its hash must have it."""
    hashed = hashlib.sha256()
    for chunk in chunks(member):
        hashed.update(chunk)
    return hashed.hexdigest()


def chunks(member: Member) -> Iterator[bytes]:
    while chunk := member.content.read(CHUNK):
        yield chunk


def tell_now_and_then(tell: Tell, count: int, what: str) -> None:
    if count % EACH == 0:
        tell(f"{count} {what}")


@contextmanager
def work_folder(college: College) -> Iterator[Path]:
    """A folder for its owner alone, for one backup or restore at a time; gone afterwards."""
    with (college.instance / ".backup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused("Another backup or restore is under way. Try again later.") from error
        for left in college.instance.glob(".backup-*"):  # by one that was killed
            shutil.rmtree(left)
        work = Path(mkdtemp(prefix=".backup-", dir=college.instance))
        try:
            yield work
        finally:
            shutil.rmtree(work)


def _write(
    college: College, work: Path, writing: AbstractContextManager[archive.Writer], tell: Tell
) -> Manifest:
    seals = _copied_seals(college, work)  # first: the database must not lag behind them
    rows = work / ROWS
    with dump.dumped(college.engine, rows, tools=college.tools) as connection:
        facts, keys = dump.facts_of(connection), sorted(sweeping.named_keys(connection))
    tell(f"{sum(facts.tables.values())} rows, {len(keys)} files")
    with writing as out:
        hashed = _add(out, ROWS, rows)
        rows.unlink()
        files, lost = _add_files(out, college.files, keys, tell)
        manifest = Manifest(
            format=FORMAT,
            version=college.version,
            engine=college.engine.dialect.name,
            **asdict(facts),
            made_at=clock.now().isoformat(timespec="seconds"),
            data_key=mark_of_data_key(),
            rows=hashed,
            files=files,
            lost=lost,
            seals={path.name: _add(out, SEALS + path.name, path) for path in seals},
        )
        out.add(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False).encode())
    return manifest


def _copied_seals(college: College, work: Path) -> list[Path]:
    if not college.seals.is_dir():
        return []
    (work / SEALS).mkdir()
    found = sorted(path for path in college.seals.iterdir() if path.is_file())
    return [Path(shutil.copyfile(path, work / SEALS / path.name)) for path in found]


def _add(out: archive.Writer, name: str, path: Path) -> str:
    with path.open("rb") as file:
        hashed = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        out.add_stream(name, path.stat().st_size, file)
    return hashed


def _add_files(
    out: archive.Writer, store: Store, keys: Iterable[str], tell: Tell
) -> tuple[list[str], list[str]]:
    """Add each file; one that was lost before must not cost the college its other ones."""
    files: list[str] = []
    lost: list[str] = []
    for key in keys:
        try:
            out.add(FILES + key, store.get(key))
        except FileLost:
            lost.append(key)
            continue
        files.append(key)
        tell_now_and_then(tell, len(files), "files copied")
    return files, lost


def _new_path(target: Path) -> Path:
    if target.is_dir():
        return target / f"college-{clock.local(clock.now()):%Y%m%d-%H%M%S}.backup"
    if target.exists():
        raise Refused(f"{target} exists already; name another file, or a folder.")
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}.")
    return target
