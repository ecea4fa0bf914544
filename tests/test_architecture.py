"""Promises about the whole code base that no single test could keep."""

import ast
import importlib
import inspect
import pkgutil
import re
from enum import StrEnum
from operator import attrgetter
from pathlib import Path

import pytest
import sqlalchemy as sa

import college
from college.core.db import Base, db
from college.core.roles import GRANTS, Can, Role, Scope
from college.people.roles import words
from config import Settings

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "college").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = [m.name for m in pkgutil.walk_packages(college.__path__, "college.")]
OPERATIONS = [name for name in MODULES if name.endswith(".operations")]
# tables that only administrators and the system reach, or that are reached through a parent's row
UNSCOPED = {
    "account", "batch_entry", "candidacy_step", "cohort_member", "column_choice",
    "design", "given_answer",
    "issue_batch", "job", "kept_count", "kept_portion", "kept_touch",
    "journal_detail", "journal_entry", "journal_leaf", "journal_seal", "merged_row",
    "eligibility_rule", "notice_delivery", "official_list", "pass_line", "pass_rule",
    "password_ask",
    "practice_rule",
    "result_import", "roster_import", "security_event", "serial",
    "spent_challenge", "subject_key", "worker",
    "rejudging", "rejudging_change",
}  # fmt: skip
COMMITS = {
    "college/backup_cli.py",  # the deletions that a restored backup lacks
    "college/core/db.py",  # ends a transaction that could write nothing
    "college/core/jobs.py",  # a job's step
    "college/core/operation.py",  # ends the reading before the write transaction
    "college/core/sealing.py",  # a seal
    "college/people/commands.py",  # a command, before it works off its jobs
    "college/web/transaction.py",  # a request
}


def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_whole_and_knows_its_actor(name):
    module = importlib.import_module(name)
    for function in vars(module).values():
        if (
            inspect.isfunction(function)
            and function.__module__ == name
            and not function.__name__.startswith("_")
        ):
            assert hasattr(function, "__wrapped__"), f"{name}.{function.__name__} lacks @operation"
            assert next(iter(inspect.signature(function).parameters)) == "actor"


def test_every_route_says_who_may_ask(app):
    doors = {rule.endpoint: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}
    assert [
        name for name, view in doors.items() if name not in OPEN and not hasattr(view, "can")
    ] == []


OPEN = {"static", "favicon"}  # files of the look


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_outgrows_a_screenful_of_screens(path):
    assert len(source(path).splitlines()) <= 400


def test_every_template_is_used():
    code = "\n".join(map(source, [*SOURCES, *TEMPLATES]))
    names = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
    assert [name for name in names if f'"{name}"' not in code and name != STYLE_PAGE] == []


STYLE_PAGE = "shared/style.html"  # for maintainers; a test renders it


def test_no_template_holds_inline_code():
    found = {
        str(path.relative_to(ROOT)): match.group()
        for path in TEMPLATES
        for match in re.finditer(r"""\sstyle=|<style|\son[a-z]+=["']|javascript:""", source(path))
    }
    assert found == {}


def test_every_deed_is_granted_and_asked():
    granted = {can for role, cans in GRANTS.items() if role is not Role.SYSTEM for can in cans}
    code = "\n".join(source(p) for p in [*SOURCES, *TEMPLATES] if p.name != "roles.py")
    asked = {can for can in Can if f"Can.{can.name}" in code}
    assert set(Can) - granted == set()
    assert set(Can) - asked == set()


def test_every_role_deed_and_scope_has_its_words():
    """So that the page of roles can say the whole table."""
    assert set(words.RIGHTS) == set(Can)
    assert set(words.ROLES) == set(Role) - {Role.SYSTEM}
    assert set(words.SCOPES) == set(Scope)


def test_deeds_stand_in_alphabetical_order():
    assert [can.name for can in Can] == sorted(can.name for can in Can)


def test_every_table_says_whom_it_is_visible_to():
    unsaid = {
        model.__tablename__
        for model in Base.__subclasses__()
        if "within" not in vars(model) and model.__tablename__ not in UNSCOPED
    }
    assert unsaid == set()


def test_only_the_known_places_commit():
    found = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if re.search(r"\bcommit\(\)", source(path)) and path.name != "cli.py"
    }
    assert found - COMMITS - {"college/demo/load.py"} == set()


def test_the_domain_knows_no_clock_but_ours():
    naked = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    found = [str(p) for p in SOURCES if p.name != "clock.py" and naked.search(source(p))]
    assert found == []


def test_a_catch_all_stands_only_where_work_is_run():
    wide = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(source(path)))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
    ]
    assert wide == ["college/core/helper.py", "college/core/jobs.py"]


def test_only_one_place_writes_sheets():
    """There every cell is made harmless first."""
    writers = re.compile(
        r"csv\.(writer|DictWriter)\(|\bimport (openpyxl|xlsxwriter)|from (openpyxl|xlsxwriter)\b"
    )
    found = [str(p.relative_to(ROOT)) for p in SOURCES if writers.search(source(p))]
    assert found == ["college/core/sheets.py"]


def test_only_one_place_answers_with_files():
    """There they become attachments, or pictures that can do nothing."""
    ways = re.compile(r"send_file\(|send_from_directory\(|Content-Disposition|content_type=")
    found = [str(p.relative_to(ROOT)) for p in SOURCES if ways.search(source(p))]
    assert found == ["college/web/assets.py", "college/web/downloads.py"]


def test_every_setting_stands_in_the_guide():
    guide = source(ROOT / "docs" / "deploy.md")
    names = [f"COLLEGE_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in names if f"`{name}`" not in guide] == []


def test_every_closed_list_is_checked_by_the_database(app):
    """Autogenerate does not see CHECK: compare each enum with the tables as they are."""
    checked = {
        (table.name, column.name): set(column.type.enums)
        for table in db.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.Enum)
    }
    inspector = sa.inspect(db.engine)
    for (table, column), values in checked.items():
        texts = [c["sqltext"] for c in inspector.get_check_constraints(table)]
        mine = [text for text in texts if re.search(rf"\b{column}\b.*(IN|ANY)", text)]
        assert any(all(f"'{v}'" in text for v in values) for text in mine), (table, column)


def test_every_enum_has_a_label_for_each_value():
    for name in MODULES:
        if not name.endswith((".models", ".identity", "core.jobs", "core.roles")):
            continue
        for thing in vars(importlib.import_module(name)).values():
            if isinstance(thing, type) and issubclass(thing, StrEnum) and "label" in vars(thing):
                assert all(map(attrgetter("label"), thing))


def test_the_product_speaks_of_itself_alone():
    texts = [
        p for p in ROOT.rglob("*.md") if ".venv" not in p.parts and "node_modules" not in p.parts
    ]
    banned = re.compile(r"(?<![\w.])/(?:home|root|work)/")  # of somebody's machine
    assert [str(p) for p in [*texts, *SOURCES, *TEMPLATES] if banned.search(source(p))] == []
