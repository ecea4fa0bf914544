import json

import pytest
import sqlalchemy as sa

from college.certs.certificates.models import Certificate, RevocationReason
from college.certs.certificates.operations import revoke_certificate
from college.core import storage
from college.core.db import db
from college.core.roles import SYSTEM, Role
from tests.conftest import account_of
from tests.factories import make_person
from tests.factories.certs import certificates_of, make_closed_run, make_issued
from tests.factories.courses import make_run


@pytest.fixture
def flask(app):
    runner = app.test_cli_runner()

    def run(*args):
        db.session.rollback()  # the command has a session of its own
        return runner.invoke(args=["certs", *map(str, args)])

    return run


@pytest.fixture
def paper(tmp_path):
    """A certificate and its file, as somebody may have been sent it."""
    (certificate,) = certificates_of(make_issued(make_closed_run(["王芳"])))
    file = tmp_path / "paper.pdf"
    file.write_bytes(storage.files().get(certificate.file_sha256))
    return certificate, file


def test_a_class_is_issued_from_the_command_line(flask):
    code = make_closed_run(["王芳", "赵\U00031350"]).code
    login = account_of(make_person(Role.ADMIN)).login
    done = flask("issue", "--run", code, "--as", login)
    assert done.exit_code == 0, done.output
    printed, stopped = sorted(done.output.splitlines(), reverse=True)
    assert printed.startswith("TLSW-JY-")
    assert printed.endswith("王芳")
    assert "U+31350" in stopped
    assert db.session.scalar(sa.select(sa.func.count(Certificate.id))) == 1


def test_a_second_run_of_the_command_says_there_is_nothing_to_do(flask):
    run = make_closed_run(["王芳"])
    make_issued(run)
    code, login = run.code, account_of(make_person(Role.ADMIN)).login
    done = flask("issue", "--run", code, "--as", login)
    assert done.exit_code == 1
    assert db.session.scalar(sa.select(sa.func.count(Certificate.id))) == 1


def test_who_may_not_issue_may_not_on_the_command_line_either(flask):
    code, login = make_closed_run(["王芳"]).code, account_of(make_person(Role.INSTRUCTOR)).login
    assert flask("issue", "--run", code, "--as", login).exit_code == 1
    assert db.session.scalars(sa.select(Certificate)).all() == []


def test_unknown_class_login_and_an_open_class_are_said(flask):
    login, code = account_of(make_person(Role.ADMIN)).login, make_run().code
    for args in (["--run", "X-0", "--as", login], ["--run", code, "--as", "nobody"],
                 ["--run", code, "--as", login]):  # fmt: skip
        done = flask("issue", *args)
        assert (done.exit_code, done.output[:6]) == (1, "Error:")


def test_a_genuine_file_is_valid(flask, paper):
    certificate, file = paper
    number = certificate.number
    done = flask("verify", file)
    report = json.loads(done.output)
    assert (done.exit_code, report["verdict"], report["number"]) == (0, "valid", number)
    assert report["name"] == "王芳"


def test_a_single_altered_byte_makes_it_unknown(flask, paper):
    _, file = paper
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    done = flask("verify", file)
    assert (done.exit_code, json.loads(done.output)["verdict"]) == (1, "unknown")


def test_a_revoked_one_is_not_valid(flask, paper):
    certificate, file = paper
    revoke_certificate(SYSTEM, certificate, reason=RevocationReason.HOLDER_ASKED)
    db.session.commit()
    done = flask("verify", file)
    report = json.loads(done.output)
    assert (done.exit_code, report["verdict"], report["reason"]) == (1, "revoked", "holder_asked")


def test_a_file_that_is_not_there_is_said(flask, tmp_path):
    assert flask("verify", tmp_path / "none.pdf").exit_code == 2
