"""Every deed in the journal reads as a sentence, and no sentence is left without its deed."""

import ast
import importlib
from collections import Counter
from pathlib import Path

import pytest

import college
from college.core.deeds import Deed, Noun
from college.core.roles import Can
from college.deeds import NOUNS

ROOT = Path(college.__file__).parent
TOLD = [(noun, name, deed) for noun in NOUNS for name, deed in noun.deeds.items()]
each_deed = pytest.mark.parametrize(
    ("noun", "deed"), [(noun, deed) for noun, _, deed in TOLD], ids=[name for _, name, _ in TOLD]
)


def journalled() -> dict[str, str]:
    """Each deed that the code gives to the journal, and where: the text that follows the actor."""
    return {
        call.args[1].value: str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and len(call.args) > 1
        and isinstance(call.args[0], ast.Name)
        and call.args[0].id == "actor"
        and isinstance(call.args[1], ast.Constant)
        and isinstance(call.args[1].value, str)
    }


def test_every_deed_has_a_sentence_and_every_sentence_a_deed():
    done, told = journalled(), {name for _, name, _ in TOLD}
    assert {deed: place for deed, place in done.items() if deed not in told} == {}
    assert told - done.keys() == set()


def test_no_deed_is_recorded_by_another_name_than_a_plain_text():
    """So that the test above sees it: a variable may only hand on what a caller wrote down."""
    handed_on = {
        f"{path.relative_to(ROOT)}: {ast.unparse(call.args[1])}"
        for path in ROOT.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in {"journal.record", "journal.record_all"}
        and not isinstance(call.args[1], ast.Constant)
    }
    assert handed_on == {
        "exams/results/recording.py: deed",
        "people/employment/operations.py: deed",
        "stations/units/operations.py: deed",
        "supervision/sessions/operations.py: deed",
    }


def test_a_deed_belongs_to_one_noun():
    assert [name for name, n in Counter(name for _, name, _ in TOLD).items() if n > 1] == []
    assert [name for name, n in Counter(noun.name for noun in NOUNS).items() if n > 1] == []


def test_every_noun_that_says_how_it_reads_is_on_the_list():
    said = {
        id(thing): path
        for path in ROOT.glob("*/*/deeds.py")
        for thing in vars(importlib.import_module(module_of(path))).values()
        if isinstance(thing, Noun)
    }
    assert [path for key, path in said.items() if key not in map(id, NOUNS)] == []


def module_of(path: Path) -> str:
    return ".".join(("college", *path.relative_to(ROOT).with_suffix("").parts))


@each_deed
def test_the_last_sentence_can_always_be_said(noun: Noun, deed: Deed):
    assert deed.told[-1].blanks <= {"who"}
    assert deed.told[-1].when == {}
    assert all(one.blanks <= {"who", "n"} for one in deed.many[-1:])
    assert "%(n)s" in "".join(one.text for one in deed.many[-1:]) or not deed.many
    assert not deed.each or ("%(n)s" in deed.each and "%(who)s" not in deed.each)


@each_deed
def test_a_line_for_many_names_only_what_rows_are_called(noun: Noun, deed: Deed):
    called = {column.name for column in noun.named.selected_columns} | {"who", "n"}
    assert all(one.blanks <= called for one in deed.many)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_who_may_read_of_a_noun_is_a_deed_of_the_table(noun: Noun):
    assert isinstance(noun.see, Can)
    assert "id" in {column.name for column in noun.named.selected_columns}
    assert set(noun.titles) | set(noun.said) <= {c.name for c in noun.named.selected_columns}
