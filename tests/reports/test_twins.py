"""Two records of one person: found, told apart, made one, and parted again row by row."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import Base, db
from college.core.errors import NotAllowed, RuleBroken
from college.core.roles import SYSTEM, Role
from college.core.text import Remark
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.people.accounts.models import Account
from college.people.employment.models import Capacity, Employment
from college.people.persons.models import Person
from college.people.persons.operations import Amendment, amend_person
from college.people.persons.queries import by_id_numbers, id_number_key
from college.people.qualifications.models import Qualification
from college.people.sign_ins.models import SignIn
from college.reports.personal_data.deletion import erase
from college.reports.twins import queries
from college.reports.twins.models import Part, PersonMerge
from college.reports.twins.operations import (
    CannotMerge,
    LaterDeeds,
    MergedAlready,
    SamePerson,
    merge_persons,
    tell_apart,
    undo_merge,
)
from college.reports.twins.references import REFERENCES
from tests.conftest import account_of, actor_of, key_of
from tests.factories import (
    grant,
    hired,
    make_id_number,
    make_invitation,
    make_person,
    make_unit,
    qualified,
)
from tests.factories.certs import make_certificate
from tests.factories.courses import make_enrolment, make_run
from tests.factories.exams import make_cohort, make_cycle, make_rules
from tests.factories.notices import make_notice
from tests.factories.supervision import make_session

BORN = date(1990, 5, 1)
# what goes on counting: the journal, and versions, so that an old form stays refused
GROWS = {"journal_entry", "journal_detail", "subject_key", "person_merge", "merged_row"}
GROWS |= {"journal_leaf", "journal_seal", "kept_touch"}


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def twins():
    return make_person(full_name="王芳", born_on=BORN), make_person(full_name="王芳", born_on=BORN)


def everything() -> dict[str, list[tuple[object, ...]]]:
    db.session.expire_all()
    return {
        table.name: [
            tuple(value for name, value in row.items() if name != "version")
            for row in db.session.execute(sa.select(table).order_by(*table.primary_key)).mappings()
        ]
        for table in Base.metadata.sorted_tables
        if table.name not in GROWS
    }


def merged(kept: Person, gone: Person, **over) -> PersonMerge:
    made = merge_persons(SYSTEM, kept, gone, **over)
    db.session.commit()
    return made


def undone(merge: PersonMerge) -> PersonMerge:
    made = undo_merge(SYSTEM, merge)
    db.session.commit()
    return made


def told(refusal: RuleBroken) -> str:
    (fact,) = refusal.facts.values()
    assert isinstance(fact, Remark)
    return fact.message


def numbers() -> list[tuple[int, int]]:
    return [divmod(n, queries.APART) for n in db.session.scalars(queries.pairs())]


def test_every_column_that_names_a_person_has_its_rule():
    there = [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == "person.id" for key in column.foreign_keys)
    ]
    assert sorted((each.table, each.column) for each in REFERENCES) == sorted(there)


def test_same_name_and_birth_date_are_offered(app, twins):
    make_person(full_name="王芳", born_on=BORN + timedelta(1))
    assert numbers() == [(twins[0].id, twins[1].id)]


def test_same_phone_or_mail_is_offered_once(app):
    a = make_person(full_name="甲", phone="13800138000", email="a@example.org")
    b = make_person(full_name="乙", phone="13800138000", email="A@example.org")
    assert numbers() == [(a.id, b.id)]


def test_who_was_told_apart_is_not_offered_again(app, chen, twins):
    for pair in (twins, reversed(twins)):
        tell_apart(actor_of(chen), *pair)
    assert numbers() == []


def test_one_record_is_no_pair(app, twins):
    with pytest.raises(SamePerson):
        merge_persons(SYSTEM, twins[0], twins[0])


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_only_administrators_merge(app, twins, role):
    reader = make_person(role if role is not Role.ANYONE else None, unit=None)
    actor = actor_of(reader)
    merge = merged(*twins)
    for deed in (merge_persons, tell_apart):
        with pytest.raises(NotAllowed):
            deed(actor, *twins)
    with pytest.raises(NotAllowed):
        undo_merge(actor, merge)


def test_rows_go_to_the_person_kept_and_come_back(app, twins):
    kept, gone = twins
    full(gone)
    before = everything()
    merge = merged(kept, gone)
    for model in (Enrolment, Qualification, Employment):
        assert set(db.session.scalars(sa.select(model.person_id))) == {kept.id}
    assert numbers() == []
    undone(merge)
    assert everything() == before


def full(person: Person) -> None:
    """A row of nearly every kind."""
    unit, run = make_unit(), make_run(instructors=[person])
    hired(person, unit)
    qualified(person)
    make_certificate(person)
    make_enrolment(make_run(), person)
    make_session(make_person(), supervisor=person)
    make_session(person, supervisor=make_person())
    make_rules()
    make_cohort(make_cycle(clock.today().year - 1), members=[person], tutor=person)
    make_notice(person)
    make_invitation(person)
    grant(person, Role.COORDINATOR, unit)
    key_of(account_of(person))
    assert run.id


@pytest.mark.parametrize("seed", range(12))
def test_any_merge_undone_is_as_if_it_had_never_been(app, seed):
    dice = random.Random(seed)
    people = [
        make_person(
            full_name=dice.choice(["王芳", "王方"]),
            id_number=make_id_number() if dice.random() < 0.7 else "",
            phone=dice.choice(["", "13800138000"]),
            email=dice.choice(["", "a@example.org"]),
        )
        for _ in range(2)
    ]
    units, runs = [make_unit() for _ in range(2)], [make_run() for _ in range(3)]
    for person in people:
        for run in dice.sample(runs, 2):
            state = dice.choice([EnrolmentState.WITHDRAWN, EnrolmentState.ENROLLED])
            make_enrolment(run, person, state=state)
        for _ in range(2):
            years = sorted(dice.sample(range(2010, 2020), 2))
            span = {"from_on": date(years[0], 1, 1), "to_on": date(years[1], 1, 1)}
            capacity = dice.choice([Capacity.CADRE, Capacity.OTHER])
            hired(person, dice.choice(units), capacity=capacity, **span)
            if capacity is Capacity.OTHER:
                break
        made: list[Callable[[Person], object]] = [make_certificate, make_invitation]
        for make in dice.sample([*made, qualified, make_notice], 2):
            make(person)
        if dice.random() < 0.6:
            key_of(account_of(person))
    before = everything()
    takes = [part for part in Part if dice.random() < 0.5]
    try:
        merge = merged(*people, takes=takes)
    except CannotMerge:
        db.session.rollback()
        assert everything() == before
        return
    undone(merge)
    assert everything() == before


def test_the_parts_chosen_change_places(app):
    number, other = make_id_number(), make_id_number()
    kept = make_person(full_name="王芳", id_number=number)
    gone = make_person(full_name="王方", id_number=other, phone="13800138000")
    merge = merged(kept, gone, takes=[Part.ID_NUMBER, Part.PHONE])
    assert kept.id_number_key == id_number_key(kept.id_type, other)
    assert (kept.full_name, gone.phone_key) == ("王芳", None)
    found = by_id_numbers(kept.id_type, [number, other])
    assert {person.id for person in found.values()} == {kept.id}
    undone(merge)
    assert kept.id_number_key == id_number_key(kept.id_type, number)


def test_who_is_in_the_same_class_twice_is_refused(app, twins):
    run = make_run()
    for person in twins:
        make_enrolment(run, person)
    with pytest.raises(CannotMerge) as refusal:
        merge_persons(SYSTEM, *twins)
    assert "same class" in told(refusal.value)


def test_a_withdrawn_enrolment_stays(app, twins):
    run = make_run()
    make_enrolment(run, twins[0])
    left = make_enrolment(run, twins[1], state=EnrolmentState.WITHDRAWN)
    merged(*twins)
    assert left.person_id == twins[1].id


def test_same_level_of_the_same_day_counts_once(app, twins):
    for person in twins:
        qualified(person)
    merged(*twins)
    held = sa.select(Qualification).where(Qualification.known())
    assert [q.person_id for q in db.session.scalars(held)] == [twins[0].id]


def test_same_level_of_another_day_is_refused(app, twins):
    qualified(twins[0])
    qualified(twins[1], approved_on=date(2024, 6, 1))
    with pytest.raises(CannotMerge) as refusal:
        merge_persons(SYSTEM, *twins)
    assert "same level" in told(refusal.value)


def test_a_post_within_the_others_counts_once(app, twins):
    unit = make_unit()
    hired(twins[0], unit)
    inner = hired(twins[1], unit, from_on=date(2021, 1, 1))
    merged(*twins)
    assert (inner.person_id, inner.superseded_at is None) == (twins[0].id, False)
    staff = sa.select(Employment.person_id).where(Employment.covers(clock.today()))
    assert list(db.session.scalars(staff)) == [twins[0].id]


def test_posts_that_overlap_are_refused(app, twins):
    unit = make_unit()
    hired(twins[0], unit)
    hired(twins[1], unit, from_on=date(2019, 1, 1))
    with pytest.raises(CannotMerge) as refusal:
        merge_persons(SYSTEM, *twins)
    assert "same unit" in told(refusal.value)
    assert merged(twins[1], twins[0])  # the longer one holds the shorter


def test_who_supervised_the_other_is_not_the_other(app, twins):
    make_session(twins[0], supervisor=twins[1])
    for pair in (twins, twins[::-1]):
        with pytest.raises(CannotMerge):
            merge_persons(SYSTEM, *pair)


@pytest.mark.parametrize("taught", ["run", "cohort", "session"])
def test_what_one_person_is_in_once_is_refused(app, twins, taught):
    if taught == "run":
        make_run(instructors=list(twins))
    elif taught == "cohort":
        make_rules()
        make_cohort(make_cycle(clock.today().year - 1), members=list(twins))
    else:
        make_session(*twins)
    with pytest.raises(CannotMerge):
        merge_persons(SYSTEM, *twins)


def test_an_account_goes_along_and_whoever_is_signed_in_stays_so(app, sign_in, twins):
    kept, gone = twins
    client = sign_in(gone)
    merged(kept, gone)
    assert client.get(f"/people/persons/{kept.id}").status_code == 200
    assert db.session.scalars(sa.select(Account.person_id)).one() == kept.id


def test_of_two_accounts_the_other_is_shut(app, sign_in, twins):
    kept, gone = twins
    account_of(kept)
    client = sign_in(gone)
    merge = merged(kept, gone)
    assert "/sign-in" in client.get("/me").location
    held = db.session.scalars(sa.select(SignIn).where(SignIn.person_id == gone.id))
    assert all(sign_in.ended_at for sign_in in held)
    undone(merge)
    assert client.get("/me").status_code == 200


def test_a_certificate_keeps_what_is_printed(app, twins):
    paper = make_certificate(twins[1])
    before = paper.number, paper.code, dict(paper.facts), paper.state
    merged(*twins)
    assert (paper.number, paper.code, dict(paper.facts), paper.state) == before
    assert paper.person_id == twins[0].id


def test_neither_is_merged_twice(app, twins):
    merged(*twins)
    for pair in (twins, twins[::-1]):
        with pytest.raises(MergedAlready):
            merge_persons(SYSTEM, *pair)


def test_an_older_merge_is_undone_after_the_newer(app, twins):
    third = make_person(full_name="王芳")
    first = merged(*twins)
    second = merged(third, twins[0])
    assert twins[1].merged_into_id == third.id
    with pytest.raises(LaterDeeds) as refusal:
        undo_merge(SYSTEM, first)
    assert "later merge" in told(refusal.value)
    undone(second)
    undone(first)
    assert twins[1].merged_into_id is None
    assert undo_merge(SYSTEM, first).undone_at


def test_what_builds_on_a_merge_keeps_it(app, twins):
    kept, gone = twins
    enrolment = make_enrolment(make_run(), gone)
    merge = merged(kept, gone)
    paper = make_certificate(kept)
    paper.enrolment_id = enrolment.id
    db.session.commit()
    with pytest.raises(LaterDeeds) as refusal:
        undo_merge(SYSTEM, merge)
    assert told(refusal.value) == "certificates"


def test_a_corrected_row_keeps_the_merge(app, twins):
    held = qualified(twins[1])
    merge = merged(*twins)
    held.superseded_at = clock.now()
    db.session.commit()
    with pytest.raises(LaterDeeds) as refusal:
        undo_merge(SYSTEM, merge)
    assert told(refusal.value) == "qualifications"


def test_a_record_changed_since_its_parts_were_swapped_keeps_the_merge(app, twins):
    merge = merged(*twins, takes=[Part.NAME])
    amend_person(SYSTEM, twins[0], Amendment(full_name="王方"))
    db.session.commit()
    with pytest.raises(LaterDeeds):
        undo_merge(SYSTEM, merge)


def test_who_is_deleted_is_deleted_in_both_records_for_good(app, twins):
    merge = merged(*twins)
    erase(twins[0])
    db.session.commit()
    assert "王芳" not in {p.full_name for p in twins}
    with pytest.raises(LaterDeeds) as refusal:
        undo_merge(SYSTEM, merge)
    assert "deleted" in told(refusal.value)
    with pytest.raises(CannotMerge):
        merge_persons(SYSTEM, twins[0], make_person(full_name="王芳"))
