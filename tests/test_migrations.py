"""Migrations, on both databases: what the models say, with the demo's rows in every table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from college.core import sealing
from college.core.db import db
from college.demo.load import load
from college.factory import create_app
from config import Settings
from tests.databases import IS_POSTGRES, fresh_postgres_database

EMPTY_IN_THE_DEMO = {
    "notice_choice",  # nobody there minds
    "kept_count",  # of few people nothing is kept
    "kept_portion",
    "clearing",  # nothing there is old enough
    "proposal",
    "proposal_round",
    "data_request",  # nobody there asks
    "look",  # nobody there opened a page
    "password_ask",  # over as soon as the worker saw it
    "notice_delivery",  # nobody there has a mail address
    "candidacy_reminder",  # likewise
    "cohort_warning",  # the worker's, as that
    "lapse_warning",  # the worker's, as that
    "period_warning",  # the worker's: it looks an hour after it began
    "roster_import",  # the demo's people come in by operations, without a sheet
    "column_choice",
    "given_answer",  # of a browser's form; the demo calls operations
    "worker",  # a sign of life
    "passkey",  # it would need a device
    "spent_challenge",
    "security_event",  # of requests; the demo makes none
    "sign_in",  # of a browser, likewise
    "recovery_code",  # of a second factor, which the demo asks nobody for
    "external_identity",  # at a provider, which the demo has none of
    "job",  # over once its work is done, and says nothing afterwards
}
NO_PLACE_BELOW = {  # what only the newer form can hold, and a step down therefore takes away
    "let_roles_end_early": {
        "employment",  # what has been corrected since: the old form knows only what holds
        "qualification",  # likewise
        "unit.kind",  # kinds that it has no word for become "other"
    },
    "take_official_lists": {  # a year whose days are not announced
        "exam_cycle.exam_from_on",
        "exam_cycle.exam_to_on",
    },
    "0007": {"role_grant"},  # roles that it does not know, and those ended early
}


@pytest.fixture
def url(tmp_path: Path, database_url: str) -> Iterator[str]:
    if not IS_POSTGRES:
        yield f"sqlite:///{tmp_path / 'college.db'}"
        return
    with fresh_postgres_database(database_url) as fresh:
        yield fresh


@pytest.fixture
def own(url: str, tmp_path: Path) -> Iterator[Flask]:
    """An app on an empty database of its own."""
    app = create_app(Settings(environment="test", instance=tmp_path, database_url=url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def isolated() -> None:
    """Nothing to undo: the database is thrown away."""


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def rows() -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(sa.table(name))
            ).scalar_one()
            for name in sorted(tables())
        }


def test_there_is_one_head(app):
    folder = str(Path(app.root_path).parent / "migrations")
    assert len(ScriptDirectory(folder).get_heads()) == 1


def test_the_migrated_database_is_what_the_models_say(own):
    upgrade()
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
    assert tables() == set(db.metadata.tables)


def test_every_step_down_and_up_again_keeps_what_both_forms_can_hold(own):
    """Nothing changes in a column that is there before a step and after it, and no row is lost."""
    upgrade()
    load(lambda line: None)
    sealing.seal_everything()
    full = rows()
    assert {name for name, count in full.items() if not count} <= EMPTY_IN_THE_DEMO
    db.session.remove()
    ladder = [step.revision for step in scripts().walk_revisions()]  # from the head down
    held, lost = contents(), list[str]()
    for below in [*ladder[1:], "base"]:
        downgrade(revision=below)
        lost += unforeseen(changed(held, held := contents()), below)
    assert tables() == set()
    for above in reversed(ladder):
        upgrade(revision=above)
    assert tables() == set(full)
    assert lost == []


def test_every_step_up_from_an_old_college_keeps_its_rows(own):
    """The college as the first release knew it, with rows, brought up one step at a time."""
    upgrade()
    load(lambda line: None)
    db.session.remove()
    ladder = [step.revision for step in reversed(list(scripts().walk_revisions()))]
    downgrade(revision=ladder[0])
    held, lost = contents(), list[str]()
    assert sum(count for count, _ in held.values()) > 1000
    for above in ladder[1:]:
        upgrade(revision=above)
        moved = changed(held, held := contents())
        # a step that fills a column leaves marks that its rows are to be counted anew
        lost += [each for each in moved if not each.startswith("kept_touch.")]
    assert lost == []


def scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parents[1] / "migrations"))


Contents = dict[str, tuple[int, int]]  # by table.column: how many rows, and the sum of their hashes


def contents() -> Contents:
    """What stands in each column, whatever the order of the rows."""
    found: Contents = {}
    with db.engine.connect() as connection:
        for name in tables():
            chosen = connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
            columns = list(chosen.keys())
            sums, count = [0] * len(columns), 0
            for row in chosen:
                key, count = row[0], count + 1
                for n, value in enumerate(row):
                    sums[n] += hash(f"{key} {value!r}")
            found |= {f"{name}.{c}": (count, each) for c, each in zip(columns, sums, strict=True)}
    return found


def changed(before: Contents, after: Contents) -> set[str]:
    """The columns that are in both and do not hold the same."""
    return {each for each in before.keys() & after.keys() if before[each] != after[each]}


def unforeseen(columns: set[str], step: str) -> list[str]:
    foreseen = NO_PLACE_BELOW.get(step, set())
    return sorted(each for each in columns if not foreseen & {each, each.partition(".")[0]})
