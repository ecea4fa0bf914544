"""Names as written, sorted by pinyin, half hidden in public."""

import pytest

from college.people.persons.names import (
    WrongPinyin,
    clean_name,
    clean_pinyin,
    folded,
    initials,
    masked_name,
    sort_key,
)


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
        ("尉迟恭", "yu chi gong"),
        ("卜文博", "bu wen bo"),
        ("阚静", "kan jing"),
        ("祭磊", "zhai lei"),
        ("乐正勇", "yue zheng yong"),
        ("查文博", "zha wen bo"),
        ("查干巴拉", "cha gan ba la"),
        ("斯琴图雅·乌云", "si qin tu ya wu yun"),
        ("Émilie O’Brien", "emilie o brien"),
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
    assert initials(sort_key("李雷")) == "ll"
    assert initials(sort_key("尉迟恭")) == "ycg"
    assert initials(sort_key("斯琴图雅·乌云")) == "sqtywy"


@pytest.mark.parametrize(
    ("typed", "key"),
    [("Zēng  Lì", "zeng li"), ("LÜ'AN", "lv an"), ("lǚ-an", "lv an"), (" ou yang ", "ou yang")],
)
def test_pinyin_is_taken_with_tones_or_without(typed, key):
    assert clean_pinyin(typed) == key


@pytest.mark.parametrize("typed", ["曾", "zeng4", "zeng, li", "", "z" * 201])
def test_what_is_no_pinyin_is_refused(typed):
    with pytest.raises(WrongPinyin):
        clean_pinyin(typed)


@pytest.mark.parametrize(
    ("typed", "same"),
    [("Émilie", "emilie"), ("１２３４", "1234"), ("斯琴 · 乌云", "斯琴乌云"), ("ＬＬ", "ll")],
)
def test_a_search_knows_no_accents_capitals_widths_and_spaces(typed, same):
    assert folded(typed) == same


def test_the_public_sees_one_character():
    assert masked_name("斯琴高娃·乌云") == "斯＊"
