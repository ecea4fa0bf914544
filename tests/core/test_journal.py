"""What operations leave behind, and what is left of it when a person's key is gone."""

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from college.core import crypto, journal
from college.core.db import db
from college.core.journal import JournalDetail, JournalEntry, SubjectKey, details_of
from college.core.operation import Unjournalled, operation
from college.core.roles import SYSTEM, Actor
from college.people.persons.models import Person
from tests.databases import IS_POSTGRES
from tests.factories import make_person


def test_recording_a_person_leaves_an_entry_about_them():
    person = make_person(None, full_name="诺敏・其其格")
    entry = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.noun == "person")).one()
    assert (entry.deed, entry.row_id, entry.about_id) == ("record_person", person.id, person.id)
    assert details_of(entry) == {"typed": "诺敏・其其格", "id": ""}


def test_details_are_not_readable_in_the_table():
    make_person(None, full_name="诺敏·其其格")
    sealed = db.session.scalars(sa.select(JournalDetail.sealed)).all()
    assert sealed
    assert not any("诺敏".encode() in text for text in sealed)


def test_without_the_persons_key_the_details_are_gone_and_the_entry_stays():
    person = make_person(None)
    entry = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.noun == "person")).one()
    digest = entry.digest
    db.session.execute(sa.delete(SubjectKey).where(SubjectKey.person_id == person.id))
    assert details_of(entry) is None
    assert entry.digest == digest


def test_an_erased_key_seals_nothing_more():
    person = make_person(None)
    before = journal.record(SYSTEM, "test", person, about=person.id, n=1)
    db.session.execute(sa.delete(SubjectKey).where(SubjectKey.person_id == person.id))
    after = journal.record(SYSTEM, "test", person, about=person.id, n=2)
    assert details_of(after) == {"n": 2}
    assert details_of(before) is None  # the new key does not open what the old one sealed


def test_many_entries_take_as_few_statements_as_one(count_queries):
    person = make_person(None)
    db.session.refresh(person)
    count_queries()
    journal.record(SYSTEM, "test", person, about=person.id)
    one = count_queries()
    written = journal.record_all(SYSTEM, "test", [(person, person.id, {"n": n}) for n in range(9)])
    assert one == (1 if IS_POSTGRES else 3)
    assert count_queries() == 3
    assert [details_of(entry) for entry in written] == [{"n": n} for n in range(9)]


def test_a_key_destroyed_by_another_process_seals_nothing_more():
    person = make_person(None)
    journal.record(SYSTEM, "test", person, about=person.id, n=1)  # this one has seen the key
    destroyed = sa.update(SubjectKey).where(SubjectKey.person_id == person.id).values(sealed=b"")
    db.session.execute(destroyed)  # as another does it, unknown to what this one remembers
    after = journal.record(SYSTEM, "test", person, about=person.id, n=2)
    assert after.id == db.session.scalar(sa.select(sa.func.max(JournalEntry.id)))
    assert details_of(after) is None
    sealed = db.session.scalar(sa.select(JournalDetail.sealed).filter_by(entry_id=after.id))
    for key in journal._last_seen.values():
        with pytest.raises(InvalidTag):
            journal.open_details(after, sealed or b"", journal._unwrapped(key))


def test_a_destroyed_key_is_not_remembered_by_who_destroyed_it_nor_by_others():
    mine, theirs = make_person(None), make_person(None)
    for person in (mine, theirs):
        journal.record(SYSTEM, "test", person, about=person.id)
    journal.known_keys({mine.id, theirs.id})
    assert {mine.id, theirs.id} <= journal._last_seen.keys()
    journal.destroy_key(mine.id)
    by_another = sa.update(SubjectKey).where(SubjectKey.person_id == theirs.id).values(sealed=b"")
    db.session.execute(by_another)
    journal.record(SYSTEM, "test", theirs, about=theirs.id)
    assert not {mine.id, theirs.id} & journal._last_seen.keys()


def test_who_is_not_among_the_keys_handed_over_has_details_under_a_key_of_their_own():
    one, other = make_person(None), make_person(None)
    keys = journal.subject_keys({one.id})
    single = journal.record_all(SYSTEM, "test", [(other, other.id, {"n": 1})], keys=keys)
    changes = [(person, person.id, {"n": 2}) for person in (one, other)]
    both = journal.record_all(SYSTEM, "test", list(changes), keys=keys)
    assert [details_of(entry) for entry in single + both] == [{"n": 1}, {"n": 2}, {"n": 2}]
    journal.destroy_key(other.id)
    assert [details_of(entry) for entry in single + both] == [None, {"n": 2}, None]


def test_details_that_were_bound_to_their_number_as_well_still_open():
    person = make_person(None)
    entry = journal.record(SYSTEM, "test", person, about=person.id)
    text, key = '{"n": 1, "salt": ""}', journal.subject_keys({person.id})[person.id]
    as_before = crypto.seal(text, key=key, bound=journal.canonical(entry))
    assert journal.open_details(entry, as_before, key) == text


def test_two_entries_about_one_person_share_a_key():
    person = make_person(None)
    journal.record(SYSTEM, "test", person, about=person.id, n=1)
    assert db.session.scalar(sa.select(sa.func.count(SubjectKey.id))) == 1


def test_an_operation_that_changes_rows_in_silence_is_our_bug():
    person = make_person(None)

    @operation
    def rename(actor: Actor, row: Person) -> Person:
        row.full_name = "韩梅梅"
        return row

    with pytest.raises(Unjournalled):
        rename(SYSTEM, person)
