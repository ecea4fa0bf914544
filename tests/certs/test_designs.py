import pytest
import sqlalchemy as sa

from college.certs.designs import operations
from college.certs.designs.models import CertificateKind, Design
from college.certs.designs.operations import DesignUnfit, adopt_designs
from college.certs.designs.queries import DesignMissing, newest, usual
from college.certs.wording import SHIPPED
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from tests.factories import actor, make_person


@pytest.fixture
def papers(tmp_path, monkeypatch):
    """A copy of the shipped folder that a test may write to."""
    for path in operations.PAPERS.glob("*.*"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(operations, "PAPERS", tmp_path)
    return tmp_path


def test_every_shipped_design_is_taken_in_at_version_one():
    adopted = adopt_designs(SYSTEM)
    assert {design.name: design.kind for design in adopted} == SHIPPED
    assert {design.version for design in adopted} == {1}


def test_a_second_run_takes_in_nothing():
    adopt_designs(SYSTEM)
    assert adopt_designs(SYSTEM) == []


def test_a_changed_file_becomes_the_next_version_and_the_old_one_stays(papers):
    adopt_designs(SYSTEM)
    old = newest("completion")
    assert old is not None
    html = papers / "completion.html"
    html.write_text(html.read_text("utf-8").replace("准予结业", "准予结业"[:2] + "结业"), "utf-8")
    assert adopt_designs(SYSTEM) == []  # the same text is the same design
    html.write_text(html.read_text("utf-8").replace("参加我院", "参加本院"), "utf-8")
    (new,) = adopt_designs(SYSTEM)
    assert (new.name, new.version) == ("completion", 2)
    assert usual(CertificateKind.COMPLETION) is new
    assert "参加我院" in old.html


def test_a_design_with_a_forbidden_word_is_refused_and_nothing_is_stored(papers):
    css = papers / "honour.css"
    css.write_text(css.read_text("utf-8") + "\n.x::after { content: '国家级' }", "utf-8")
    with pytest.raises(DesignUnfit) as refusal:
        adopt_designs(SYSTEM)
    assert refusal.value.facts == {"name": "honour", "words": "国家"}
    assert db.session.scalars(sa.select(Design)).all() == []


def test_a_kind_without_a_design_says_what_to_do():
    with pytest.raises(DesignMissing):
        usual(CertificateKind.COMPLETION)


def test_completion_is_printed_in_chinese_unless_somebody_chooses_otherwise():
    adopt_designs(SYSTEM)
    assert usual(CertificateKind.COMPLETION).name == "completion"


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.STATION_MANAGER])
def test_only_administrators_adopt_designs(role):
    with pytest.raises(NotAllowed):
        adopt_designs(actor(make_person(role), role))
