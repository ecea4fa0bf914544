import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from college.certs.certificates.codes import (
    ALPHABET,
    as_address,
    check_character,
    cleaned,
    grouped,
    is_code,
    new_code,
)
from college.certs.certificates.models import CertificateState, RevocationReason
from college.certs.certificates.operations import revoke_certificate
from college.certs.verification.queries import finding
from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM
from tests.factories import make_person
from tests.factories.certs import make_certificate

codes = st.text(alphabet=ALPHABET, min_size=12, max_size=12)
addresses = (f"203.0.113.{n}" for n in itertools.count(1))


@pytest.fixture
def stranger(app):
    """Look-ups of one stranger, from an address that no other test uses."""
    client = app.test_client()
    client.set_cookie("language", "en")
    client.environ_base["REMOTE_ADDR"] = next(addresses)
    return client


# codes


def test_a_code_is_new_every_time_and_has_sixty_random_bits():
    made = {new_code() for _ in range(500)}
    assert len(made) == 500
    assert all(is_code(code) and len(code) == 13 for code in made)


def test_every_wrong_character_and_every_swap_is_noticed():
    for code in (new_code() for _ in range(5)):
        wrong = {code[:i] + c + code[i + 1 :] for i in range(13) for c in ALPHABET} - {code}
        assert not any(map(is_code, wrong))
        for i, j in itertools.combinations(range(13), 2):
            swapped = list(code)
            swapped[i], swapped[j] = code[j], code[i]
            assert is_code("".join(swapped)) == (code[i] == code[j])


@given(codes, st.randoms())
def test_what_people_make_of_a_code_is_read_as_meant(body: str, chance: Random):
    code = body + check_character(body)
    mutations = {"0": "0OoＯ０", "1": "1IilLＬ"}
    typed = "".join(chance.choice(mutations.get(c, c + c.lower())) for c in code)
    gaps = chance.choice(["", " ", "-", "－", "　", "–"])
    assert cleaned(gaps.join([typed[:4], typed[4:8], typed[8:12], typed[12:]])) == code


@given(st.text(max_size=100))
def test_nothing_that_is_typed_breaks_the_address(typed):
    address = as_address(typed)
    assert address
    assert not set(address) & set("/?#\\%\n\r.")


def test_a_code_is_printed_in_groups():
    assert grouped("7K3M9QXA2B4DH") == "7K3M-9QXA-2B4D-H"


# what is found


@pytest.mark.parametrize("how", [str, str.lower, grouped, lambda c: f"  {c[:6]} {c[6:]} "])
def test_a_code_is_found_however_it_is_typed(how):
    certificate = make_certificate()
    seen = finding(how(certificate.code))
    assert seen is not None
    assert seen.number == certificate.number


def test_what_is_only_numbered_is_not_known_yet():
    certificate = make_certificate(state=CertificateState.NUMBERED, file_sha256="")
    assert finding(certificate.code) is None


def test_one_look_up_is_one_query_and_a_malformed_code_none(count_queries):
    certificate = make_certificate()
    code = certificate.code
    db.session.rollback()
    count_queries()
    finding(code)
    assert count_queries() == 1
    finding("7K3M")
    assert count_queries() == 0


# pages


def test_a_valid_certificate_shows_the_printed_facts(stranger):
    certificate = make_certificate(make_person(full_name="斯琴高娃·乌云"))
    answer = stranger.get(f"/verify/{certificate.code}")
    assert answer.status_code == 200
    for fact in ("斯琴高娃·乌云", "Casework class", "48", certificate.number, "通辽社会工作学院",
                 "3 July 2025", "This certificate is valid", "Beijing time"):  # fmt: skip
        assert fact in answer.text
    assert "002X" not in answer.text  # the tail of the ID number is for paper and holder alone


def test_the_same_in_chinese(app):
    certificate = make_certificate()
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = next(addresses)
    page = client.get(f"/verify/{certificate.code}").text
    assert "证书有效" in page
    assert "2025年7月3日" in page
    assert "个案工作实务班" in page


@pytest.mark.parametrize("reason", RevocationReason)
def test_a_revoked_certificate_says_when_and_why(stranger, reason):
    certificate = revoke_certificate(SYSTEM, make_certificate(), reason=reason)
    db.session.commit()
    answer = stranger.get(f"/verify/{certificate.code}")
    assert answer.status_code == 200
    assert "This certificate was revoked" in answer.text
    assert reason.label in answer.text
    assert str(clock.today().year) in answer.text
    assert "is valid" not in answer.text


@pytest.mark.parametrize(
    ("state", "word"),
    [(CertificateState.SUPERSEDED, "was replaced"), (CertificateState.EXPIRED, "has expired")],
)
def test_other_states_have_their_own_verdict(stranger, state, word):
    certificate = make_certificate(state=state)
    assert word in stranger.get(f"/verify/{certificate.code}").text


def test_unknown_and_malformed_get_the_same_page_but_for_the_hint(stranger):
    unknown, malformed = new_code(), "TLSW-JY-2026-000187-4"
    pages = [stranger.get(f"/verify/{typed}") for typed in (unknown, malformed)]
    assert {page.status_code for page in pages} == {404}
    bodies = [p.text.replace(t, "…") for p, t in zip(pages, (unknown, malformed), strict=True)]
    hint = "<br>This looks like the number. The code is another line at the foot."
    assert hint in bodies[1]
    bodies[1] = bodies[1].replace(hint, "")
    assert [line.strip() for line in bodies[0].splitlines()] == [
        line.strip() for line in bodies[1].splitlines()
    ]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("7K3M", "this has 4"),
        ("7K3M-9QXA-2B4D-0", "One character is wrong"),
        ("TLSW-JY-2026-000187", "looks like the number"),
    ],
)
def test_the_hint_says_what_is_probably_wrong(stranger, typed, hint):
    assert hint in stranger.get(f"/verify/{typed}").text


@pytest.mark.parametrize(
    "typed",
    [
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "查验码",
        "%00",
        "a" * 3000,
        "🧿",
    ],
)
def test_nonsense_is_not_found_and_nothing_breaks(stranger, typed):
    asked = stranger.get("/verify", query_string={"code": typed})
    assert asked.status_code == 302
    answer = stranger.get(asked.location)
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert stranger.get(f"/verify/x{typed[:200]}").status_code == 404


def test_the_form_leads_to_the_address_of_the_code(stranger):
    code = new_code()
    assert stranger.get("/verify").status_code == 200
    typed = grouped(code).lower()
    assert stranger.get("/verify", query_string={"code": typed}).location == f"/verify/{code}"
    assert stranger.get("/verify", query_string={"code": "  "}).status_code == 200


def test_the_answer_is_kept_by_nobody_and_indexed_by_nobody(stranger):
    certificate = make_certificate()
    for path in (certificate.code, new_code()):
        answer = stranger.get(f"/verify/{path}")
        assert "no-store" in answer.headers["Cache-Control"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert 'name="robots" content="noindex' in answer.text


def test_after_sixty_look_ups_in_a_minute_an_address_waits_and_others_do_not(app, stranger):
    certificate = make_certificate()
    url = f"/verify/{certificate.code}"
    answers = [stranger.get(url).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    assert "Wait a minute" in stranger.get(url).text
    assert stranger.get("/verify").status_code == 200  # the form itself is not counted
    other = app.test_client()
    other.environ_base["REMOTE_ADDR"] = next(addresses)
    assert other.get(url).status_code == 200


def test_a_forged_forwarding_header_does_not_lift_the_limit(stranger):
    code = new_code()
    answers = [
        stranger.get(f"/verify/{code}", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
        for n in range(61)
    ]
    assert answers[-1] == 429


def test_ten_thousand_guesses_hit_nothing():
    make_certificate()
    assert [code for code in (new_code() for _ in range(10_000)) if finding(code)] == []
