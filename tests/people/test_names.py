"""Names as written, sorted by pinyin, half hidden in public."""

import pytest

from college.people.persons.names import clean_name, initials, masked_name, sort_key


@pytest.mark.parametrize(
    "typed",
    [
        "诺敏·其其格",
        "诺敏・其其格",
        "诺敏•其其格",
        "诺敏‧其其格",
        "诺敏．其其格",
        " 诺敏 · 其其格 ",
    ],
)
def test_every_look_alike_becomes_the_one_separator(typed):
    assert clean_name(typed) == "诺敏\u00b7其其格"


@pytest.mark.parametrize(
    "mark", ["\u202e", "\u2067", "\u200b", "\ufeff", "\u00ad", "\x07", "\u200f"]
)
def test_a_mark_that_turns_or_hides_a_name_is_taken_out(mark):
    assert clean_name(f"{mark}李{mark}雷{mark}") == "李雷"


def test_a_full_stop_of_a_latin_name_stays():
    assert clean_name("J.  R. Smith") == "J. R. Smith"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("曾国强", "zeng"),
        ("单雪梅", "shan"),
        ("仇英", "qiu"),
        ("解晓东", "xie"),
        ("欧阳娜娜", "ou yang"),
        ("尉迟恭", "yuchi"),
    ],
)
def test_surnames_are_read_as_surnames(name, key):
    assert sort_key(name).startswith(key)


def test_a_list_sorts_as_a_register_does():
    assert sorted(["王芳", "安静", "曾诚", "李雷"], key=sort_key) == [
        "安静",
        "李雷",
        "王芳",
        "曾诚",
    ]


def test_initials_find_a_person():
    assert initials("李雷") == "ll"


def test_the_public_sees_one_character():
    assert masked_name("斯琴高娃·乌云") == "斯＊"
