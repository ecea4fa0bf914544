"""What the seals prove: each way to alter the journal behind the college's back is named."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from college.core import auditing, crypto, journal, merkle, sealing
from college.core.db import db
from college.core.journal import JournalDetail, JournalEntry, SubjectKey
from college.core.roles import SYSTEM
from college.core.seal_keeping import Keeper
from college.core.sealing import JournalLeaf, JournalSeal, seal_everything
from college.people.persons.models import Person
from tests.databases import IS_POSTGRES
from tests.factories import make_person

TABLES = ("journal_entry", "journal_detail", "journal_leaf", "journal_seal")


@pytest.fixture(autouse=True)
def keeper(tmp_path: Path, app):
    """A key and two copies of the test's own."""
    before = sealing.keeper()
    own = Keeper(tmp_path / "seal.key", (tmp_path / "seals", tmp_path / "afar"))
    sealing.use(own)
    yield own
    sealing.use(before)


@pytest.fixture
def person() -> Person:
    return make_person(None)


@pytest.fixture
def sealed(person: Person) -> list[JournalEntry]:
    """Seven more entries about a person, under three seals."""
    for n in range(7):
        journal.record(SYSTEM, "test", person, about=person.id, n=n)
        if n in {1, 4, 6}:
            db.session.commit()
            seal_everything()
    return list(db.session.scalars(sa.select(JournalEntry).order_by(JournalEntry.id)))


@pytest.fixture
def attack(app):
    """`attack(sql, **values)`: as somebody who owns the database and took the triggers away."""

    def run(statement: str, **values: object) -> None:
        if IS_POSTGRES:
            for table in TABLES:
                db.session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        else:
            db.session.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
            triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in db.session.scalars(triggers).all():
                db.session.execute(sa.text(f"DROP TRIGGER {name}"))
        db.session.execute(sa.text(statement), values)
        db.session.commit()
        db.session.expire_all()

    return run


def faults() -> list[str]:
    return auditing.verify().faults


def test_an_untouched_journal_is_whole(sealed):
    report = auditing.verify()
    assert report.is_whole, report.faults
    assert (report.entries, report.seals, report.unsealed) == (len(sealed), 3, 0)


def test_positions_have_no_gap_and_each_seal_names_the_one_before(sealed):
    leaves = sa.select(JournalLeaf.position).order_by(JournalLeaf.position)
    assert db.session.scalars(leaves).all() == list(range(len(sealed)))
    seals = db.session.scalars(sa.select(JournalSeal).order_by(JournalSeal.number)).all()
    assert [seal.previous for seal in seals] == [bytes(32), *(seal.digest for seal in seals[:-1])]


def test_a_backlog_is_sealed_in_portions(person, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 3)
    journal.record_all(SYSTEM, "test", [(person, person.id, {"n": n}) for n in range(9)])
    db.session.commit()
    assert seal_everything() == 10
    sizes = sa.select(JournalSeal.size).order_by(JournalSeal.number)
    assert db.session.scalars(sizes).all() == [3, 6, 9, 10]
    assert auditing.verify().is_whole


def test_nothing_new_makes_no_seal(sealed):
    assert seal_everything() == 0
    assert auditing.verify().seals == 3


def test_an_entry_that_commits_late_gets_its_leaf(sealed):
    """Its id was taken before those that are sealed by now."""
    last = sealed[-1].id
    for entry_id in (last + 10, last + 5):
        row = {"id": entry_id, "at": sealed[0].at, "deed": "late", "noun": "person", "row_id": 1}
        db.session.execute(sa.insert(JournalEntry), [row | {"digest": bytes(32)}])
        db.session.commit()
        assert sealing.Sealer().seal() == 1
    leaves = sa.select(JournalLeaf.entry_id).order_by(JournalLeaf.position.desc()).limit(2)
    assert db.session.scalars(leaves).all() == [last + 5, last + 10]


def test_a_round_looks_far_back_only_now_and_then(sealed, monkeypatch):
    last = sealed[-1].id
    monkeypatch.setattr(sealing, "WINDOW", 3)
    monkeypatch.setattr(sealing, "ROUNDS", 2)
    sealer, found = sealing.Sealer(), []
    for entry_id in (last + 10, last + 5, last + 4):
        row = {"id": entry_id, "at": sealed[0].at, "deed": "late", "noun": "person", "row_id": 1}
        db.session.execute(sa.insert(JournalEntry), [row | {"digest": bytes(32)}])
        db.session.commit()
        found.append(sealer.seal())
    assert found == [1, 0, 2]


def test_unsealed_entries_are_counted_with_the_age_of_the_oldest(sealed, person):
    entry = journal.record(SYSTEM, "test", person, about=person.id)
    db.session.commit()
    report = auditing.verify()
    assert (report.is_whole, report.unsealed) == (True, 1)
    assert report.oldest_unsealed_at == entry.at


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_alter_the_journal(sealed, table, deed):
    with pytest.raises(sa.exc.DBAPIError, match="never altered"), db.session.begin_nested():
        db.session.execute(sa.text(deed.format(table)))


@pytest.mark.parametrize(
    "change",
    ["deed = 'other'", "row_id = row_id + 1", "actor_id = about_id", "about_id = NULL",
     "noun = 'mark'", "at = '2020-01-01 00:00:00+00:00'"],
)  # fmt: skip
def test_a_changed_entry_is_named(sealed, attack, change):
    victim = sealed[3].id
    if not IS_POSTGRES:
        change = change.replace("+00:00", ".000000")
    attack(f"UPDATE journal_entry SET {change} WHERE id = :id", id=victim)
    assert faults()[0] == f"entry {victim} was changed after it was sealed"


def test_a_changed_entry_is_named_when_its_leaf_was_changed_as_well(sealed, attack):
    victim = sealed[3].id
    attack("UPDATE journal_entry SET deed = 'other' WHERE id = :id", id=victim)
    row = db.session.get_one(JournalEntry, victim)
    hashed = merkle.leaf_hash(journal.canonical(row))
    attack("UPDATE journal_leaf SET hash = :hash WHERE entry_id = :id", id=victim, hash=hashed)
    assert faults()[0] == f"entry {victim} was changed after it was sealed"


def test_without_any_copy_the_seal_is_named(sealed, attack, keeper):
    victim = sealed[3].id
    attack("UPDATE journal_entry SET deed = 'other' WHERE id = :id", id=victim)
    row = db.session.get_one(JournalEntry, victim)
    hashed = merkle.leaf_hash(journal.canonical(row))
    attack("UPDATE journal_leaf SET hash = :hash WHERE entry_id = :id", id=victim, hash=hashed)
    for copy in keeper.copies:
        copy.unlink()
    found = faults()
    assert any("do not give its root" in fault and fault.startswith("seal 2") for fault in found)
    assert sum("is missing" in fault for fault in found) == 2  # the copies


def test_a_removed_entry_is_named(sealed, attack):
    victim = sealed[3].id
    attack("DELETE FROM journal_entry WHERE id = :id", id=victim)
    assert faults()[0] == f"entry {victim} is missing"


def test_an_entry_removed_with_its_leaf_is_named(sealed, attack):
    victim = sealed[3].id
    for table, column in (("leaf", "entry_id"), ("detail", "entry_id"), ("entry", "id")):
        attack(f"DELETE FROM journal_{table} WHERE {column} = :id", id=victim)
    assert faults() == [f"entry {victim} has lost its leaf 3"]


def test_an_inserted_entry_is_named_sealed_or_not(sealed, attack):
    attack(
        "INSERT INTO journal_entry (at, actor_id, deed, noun, row_id, about_id, digest) "
        "SELECT at, actor_id, deed, noun, 99, about_id, digest FROM journal_entry WHERE id = :id",
        id=sealed[3].id,
    )
    new = db.session.scalar(sa.select(sa.func.max(JournalEntry.id)))
    expected = [f"entry {new} has no details: it was inserted, or they were removed"]
    assert faults() == expected
    seal_everything()
    assert faults() == expected


def test_an_entry_inserted_with_the_details_of_another_is_named(sealed, attack):
    attack(
        "INSERT INTO journal_entry (at, actor_id, deed, noun, row_id, about_id, digest) "
        "SELECT at, actor_id, deed, noun, row_id, about_id, digest FROM journal_entry "
        "WHERE id = :id",
        id=sealed[3].id,
    )
    new = db.session.scalar(sa.select(sa.func.max(JournalEntry.id)))
    attack(
        "INSERT INTO journal_detail (entry_id, sealed) "
        "SELECT :new, sealed FROM journal_detail WHERE entry_id = :id",
        new=new,
        id=sealed[3].id,
    )
    expected = [f"entry {new} was inserted: it repeats entry {sealed[3].id}"]
    assert faults() == expected
    seal_everything()
    assert faults() == expected


def test_an_entry_smuggled_in_under_a_leaf_of_its_own_is_named(sealed, attack):
    leaf = db.session.scalars(sa.select(JournalLeaf).order_by(JournalLeaf.position)).all()[-1]
    attack("UPDATE journal_leaf SET position = position + 5 WHERE id = :id", id=leaf.id)
    assert faults()[0] == f"entry {leaf.entry_id} has lost its leaf {len(sealed) - 1}"
    assert "which no seal covers" in faults()[-1]


def test_removed_details_are_named(sealed, attack):
    attack("DELETE FROM journal_detail WHERE entry_id = :id", id=sealed[2].id)
    assert faults() == [
        f"entry {sealed[2].id} has no details: it was inserted, or they were removed"
    ]


def test_a_forged_signature_is_named(sealed, attack):
    attack("UPDATE journal_seal SET signature = :it WHERE number = 2", it=bytes(64))
    found = faults()
    assert found[0] == "seal 2: the signature is wrong, or of an unknown key"
    assert any(fault.startswith("seal 2 differs from the copy") for fault in found)
    assert "seal 3 does not follow from the one before" in found


def test_a_database_whose_seals_were_written_anew_is_caught_by_the_copy(sealed, attack, keeper):
    """Even with the key: all seals thrown away, the entry changed, everything sealed again."""
    kept = [copy.read_bytes() for copy in keeper.copies]
    for table in ("journal_seal", "journal_leaf"):
        attack(f"DELETE FROM {table}")
    attack("UPDATE journal_entry SET deed = 'other' WHERE id = :id", id=sealed[3].id)
    for copy in keeper.copies:
        copy.unlink()
    seal_everything()
    for copy, text in zip(keeper.copies, kept, strict=True):
        copy.write_bytes(text)
    found = faults()
    assert any(fault.startswith("seal 1 differs from the copy") for fault in found)
    assert any("the log is shorter than the copy" in fault for fault in found)


def test_a_log_cut_short_is_caught_by_the_copy_and_not_sealed_further(sealed, attack, person):
    attack("DELETE FROM journal_seal WHERE number = 3")
    attack("DELETE FROM journal_leaf WHERE position >= 5")
    assert any("seal 3 is missing" in fault for fault in faults())
    with pytest.raises(sealing.Estranged, match="seal 3"):
        seal_everything()


def test_a_copy_that_lags_is_told_and_brought_up_to_date(sealed, keeper):
    afar = keeper.copies[1]
    lines = afar.read_text().splitlines(keepends=True)
    afar.write_text("".join(lines[:1]) + lines[1][:40])  # a power cut tore the second line
    report = auditing.verify()
    assert (report.is_whole, report.copies_behind) == (True, {str(afar): 2})
    seal_everything()
    assert afar.read_text().splitlines(keepends=True) == lines


def test_a_persons_key_deleted_leaves_every_seal_valid_and_the_details_unreadable(sealed, person):
    db.session.execute(sa.delete(SubjectKey).where(SubjectKey.person_id == person.id))
    db.session.commit()
    report = auditing.verify()
    assert (report.is_whole, report.unreadable) == (True, len(sealed))
    assert [journal.details_of(entry) for entry in sealed] == [None] * len(sealed)


def test_details_that_could_be_moved_are_refused_once_bound_ones_came_before(sealed, attack):
    """Those of the first release were not bound to their entry yet; after them none may follow."""
    text = '{"salt": ""}'
    old = JournalEntry(deed="old", noun="person", row_id=1, digest=sha256(text.encode()).digest())
    db.session.add(old)
    db.session.flush()
    db.session.add(JournalDetail(entry_id=old.id, sealed=crypto.seal(text)))
    db.session.commit()
    assert faults() == [f"entry {old.id}: its details were taken from another entry"]


def test_the_key_is_its_owners_alone_and_a_new_one_leaves_old_seals_valid(sealed, keeper, person):
    assert keeper.key_path.stat().st_mode & 0o777 == 0o600
    assert keeper.make_key() is False
    keeper.key_path.unlink()
    journal.record(SYSTEM, "test", person, about=person.id)
    db.session.commit()
    seal_everything()
    report = auditing.verify()
    assert (report.is_whole, report.seals) == (True, 4)


def test_a_seal_of_a_strangers_key_is_refused(sealed, keeper):
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    keeper.key_path.with_suffix(".pub").write_text(stranger + "\n")
    assert faults()[0] == "seal 1: the signature is wrong, or of an unknown key"


def test_the_command_says_yes_with_0_and_no_with_1(app, sealed, attack):
    runner = app.test_cli_runner()
    good = runner.invoke(args=["journal", "verify"])
    assert (good.exit_code, good.output.splitlines()[-1]) == (
        0,
        "Nothing was altered, removed or inserted.",
    )
    attack("UPDATE journal_entry SET deed = 'other' WHERE id = :id", id=sealed[3].id)
    bad = runner.invoke(args=["journal", "verify", "--json"])
    told = json.loads(bad.output)
    assert (bad.exit_code, told["is_whole"]) == (1, False)
    assert told["faults"][0] == f"entry {sealed[3].id} was changed after it was sealed"
    assert "WRONG: entry" in runner.invoke(args=["journal", "verify"]).output


def test_the_command_seals_and_refuses_what_is_estranged(app, sealed, attack):
    runner = app.test_cli_runner()
    assert runner.invoke(args=["journal", "seal"]).output == "0 entries sealed.\n"
    attack("DELETE FROM journal_seal WHERE number = 3")
    refused = runner.invoke(args=["journal", "seal"])
    assert refused.exit_code == 1
    assert "seal 3 of the copy is not in the database" in refused.output


def test_setup_makes_the_key(app, keeper):
    said = app.test_cli_runner().invoke(args=["setup", "keys"]).output
    assert keeper.key_path.exists()
    assert "seal.key" in said
    assert os.stat(keeper.key_path).st_mode & 0o077 == 0
