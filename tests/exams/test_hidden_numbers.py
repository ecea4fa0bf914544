"""Lists that hide a part of the numbers: offered where one person fits, never applied alone."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from college.core.db import db
from college.core.errors import NotAllowed
from college.core.imports import ImportState
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.exams.candidacies.models import Candidacy
from college.exams.official_lists import files
from college.exams.official_lists.models import OfficialList
from college.exams.official_lists.operations import check_list, confirm_matches
from college.exams.official_lists.queries import CHECK
from college.exams.official_lists.refusals import MatchGone
from college.people.persons.masked import masked_number
from tests.conftest import actor_of
from tests.factories import hired, make_id_number, make_person, make_unit
from tests.factories.exams import LI_LEI_ID, make_candidate, make_cycle
from tests.factories.lists import brought_in, entry, list_worked, listed, make_list, tally

HIDDEN = LI_LEI_ID[:3] + "*" * 11 + LI_LEI_ID[-4:]


@pytest.fixture
def cycle():
    return make_cycle(2025)


def hidden(number: str = HIDDEN, **over: object) -> bytes:
    return listed(entry(证件号码=number, **over))


def codes(made) -> list[str]:
    _, refused = files.shown_in(made.check_sha256)
    return [cell.reason.code for cell in refused]


def matches(made) -> list[str]:
    return [f"{one.line}-{one.person_id}" for one in files.offered_in(made.check_sha256)]


def confirmed(made, chosen=None, by=SYSTEM):
    confirm_matches(by, made, confirmed=matches(made) if chosen is None else chosen)
    db.session.commit()
    return list_worked(CHECK, made)


def count() -> int | None:
    return db.session.scalar(sa.select(sa.func.count(Candidacy.id)))


# ---- which text hides a number, and whom it fits


@pytest.mark.parametrize(
    "typed",
    [HIDDEN, HIDDEN.replace("*", "＊"), "'" + HIDDEN, f" {HIDDEN[:6]} {HIDDEN[6:]}", "152****123x"],
)
def test_stars_among_digits_are_a_partly_hidden_number(typed):
    assert masked_number(typed) is not None


@pytest.mark.parametrize(
    "typed", ["", LI_LEI_ID, "李*雷", "12**34**56", "1" * 17 + "**", "E12****78", "X***1234"]
)
def test_other_text_is_none(typed):
    assert masked_number(typed) is None


@given(st.integers(0, 10**6), st.sets(st.integers(0, 17), min_size=1, max_size=17), st.data())
def test_a_number_fits_its_own_mask_and_no_mask_that_shows_another_digit(serial, places, data):
    number = make_id_number(serial)
    mask = masked_number("".join("*" if n in places else c for n, c in enumerate(number)))
    assert mask is not None
    assert mask.fits(number)
    shown = [n for n in range(17) if n not in places]
    if shown:
        at = data.draw(st.sampled_from(shown))
        other = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
        assert not mask.fits(other)


def test_a_shortened_number_fits_by_its_ends():
    mask = masked_number(f"{LI_LEI_ID[:4]}****{LI_LEI_ID[-4:]}")
    assert mask is not None
    assert mask.fits(LI_LEI_ID)
    assert not mask.fits(LI_LEI_ID[:4] + LI_LEI_ID[-4:])  # something must be hidden


# ---- what becomes of such a row


def test_the_one_whom_it_fits_is_offered_and_nothing_is_noted(cycle):
    person = make_candidate()
    made = make_list(hidden(), cycle)
    assert (codes(made), tally(made)) == (["match_to_confirm"], (0, 0, 0, 1))
    assert matches(made) == [f"2-{person.id}"]
    brought_in(made)
    assert count() == 0


def test_once_confirmed_the_row_is_noted_and_the_journal_says_by_whom(cycle):
    person = make_candidate()
    chen = make_person(Role.ADMIN, full_name="陈老师")
    made = confirmed(make_list(hidden(), cycle), by=actor_of(chen))
    assert (codes(made), tally(made)) == ([], (1, 0, 0, 0))
    brought_in(made)
    assert db.session.scalars(sa.select(Candidacy.person_id)).one() == person.id
    said = sa.select(JournalEntry.actor_id).where(JournalEntry.deed == "confirm_list_matches")
    assert db.session.scalars(said).one() == chen.id


def test_two_of_one_name_whom_it_fits_are_refused_with_the_reason(cycle):
    make_candidate()
    other = next(number for n in range(3000) if (number := make_id_number(n))[-1] == LI_LEI_ID[-1])
    make_person(full_name="李雷", id_number=other)
    made = make_list(hidden("*" * 14 + "***" + LI_LEI_ID[-1]), cycle)
    assert codes(made) == ["mask_too_wide"]
    shared = "".join(a if a == b else "*" for a, b in zip(LI_LEI_ID, other, strict=True))
    made = make_list(hidden(shared), cycle)
    assert codes(made) == ["masked_ambiguous"]
    assert matches(made) == []


@pytest.mark.parametrize("over", [{"姓名": "李磊"}, {"number": "9" + HIDDEN[1:]}])
def test_another_name_or_another_digit_fits_nobody(cycle, over):
    make_candidate()
    assert codes(make_list(hidden(**over), cycle)) == ["masked_unknown"]


def test_a_confirmation_holds_for_its_line_and_person_alone(cycle):
    person = make_candidate()
    made = confirmed(make_list(hidden(), cycle))
    person.full_name = "李雷雷"
    db.session.commit()
    check_list(SYSTEM, made)
    db.session.commit()
    assert codes(list_worked(CHECK, made)) == ["masked_unknown"]
    other = make_list(hidden(), cycle)
    person.full_name = "李雷"
    db.session.commit()
    check_list(SYSTEM, other)
    db.session.commit()
    assert codes(list_worked(CHECK, other)) == ["match_to_confirm"]  # another list asks anew


@pytest.mark.parametrize("match", ["2-999999", "3-1", "x"])
def test_what_was_not_offered_cannot_be_confirmed(cycle, match):
    make_candidate()
    made = make_list(hidden(), cycle)
    with pytest.raises(MatchGone):
        confirm_matches(SYSTEM, made, confirmed=[match])
    assert made.state is ImportState.CHECKED


def test_who_may_not_move_candidates_confirms_nobody(cycle):
    make_candidate()
    made = make_list(hidden(), cycle)
    with pytest.raises(NotAllowed):
        confirm_matches(actor_of(make_person(Role.OBSERVER)), made, confirmed=matches(made))


@pytest.mark.parametrize(("language", "word"), [("zh", "请核对"), ("en", "whose rows are these")])
def test_the_page_offers_and_takes_the_confirmation(cycle, sign_in, language, word):
    person = make_candidate()
    hired(person, make_unit(name="垛石站", name_en="Duoshi"))
    made = make_list(hidden(), cycle)
    list_id, person_id = made.id, person.id
    client = sign_in(make_person(Role.ADMIN, full_name="陈老师"), language=language)
    url = f"/exams/official-lists/{list_id}"
    db.session.rollback()  # the requests have sessions of their own
    page = client.get(url).text
    assert word in page
    assert HIDDEN in page
    assert LI_LEI_ID not in page
    assert {"zh": "垛石站", "en": "Duoshi"}[language] in page
    assert client.post(f"{url}/confirm", data={}).status_code == 422
    assert client.post(f"{url}/confirm", data={"confirmed": "2-0"}).status_code == 422
    done = client.post(f"{url}/confirm", data={"confirmed": f"2-{person_id}"})
    assert done.status_code == 302
    db.session.rollback()
    list_worked(CHECK, db.session.get_one(OfficialList, list_id))
    assert word not in client.get(url).text
