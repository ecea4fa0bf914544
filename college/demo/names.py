"""Invented people: their names and numbers, the same at every load.

Every ID number has a right check character and lies in area 999999, which does not exist.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice, product
from random import Random

from college.people.persons.identity import IdType, check_character
from college.people.persons.operations import NewPerson

NO_SUCH_AREA = "999999"
FIRST_BIRTHDAY, BIRTHDAYS = date(1966, 1, 1), 12_800  # up to early 2001
STEP = 4_111  # coprime to BIRTHDAYS: neighbours in the list are of different age

LONGEST_NAME = "额尔德尼朝克图巴雅尔孟和·那顺乌力吉德力格尔其木格"
UNPRINTABLE_NAME = "赵\U00031352"  # no installed typeface has the second character
RARE_NAMES = ("刘䶮", "王堃", "张\U0002cb7c")
SEPARATED_NAME = "斯琴图雅·乌云"
ENGLISH_NAME = "Emily Carter"
TELLING_NAMES = (UNPRINTABLE_NAME, LONGEST_NAME, *RARE_NAMES, SEPARATED_NAME, ENGLISH_NAME)
MONGOLIAN_NAMES = (
    "苏日娜", "巴图朝格", "其木格", "萨仁格日勒", "乌兰其其格", "阿古拉", "哈斯巴根", "娜仁花",
    "宝音德力格尔", "斯琴巴特尔", "乌日罕", "朝鲁孟", "格日勒图", "牧仁", "托娅", "额尔敦巴特尔",
    "图雅", "那仁满都", "查干巴拉", "敖登格日乐", "包塔娜", "韩乌云", "巴雅尔·孟和",
    "阿拉坦·其其格", "特木尔·巴根",
)  # fmt: skip
HUI_NAMES = ("马晓云", "马依布拉", "白玉兰", "丁海霞", "哈建国", "沙明远")
SURPRISING_NAMES = ("曾静怡", "单志强", "欧阳雪晴")  # read otherwise than a dictionary does
SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢唐许冯邓韩曹曾彭萧蔡潘田董袁于余叶蒋杜"
GIVEN_NAMES = (
    "雅婷", "建华", "思远", "春燕", "文博", "丽娟", "志远", "晓东", "雪梅", "浩然", "秀英", "明轩",
    "佳怡", "国强", "桂芳", "子涵", "海燕", "宇航", "淑珍", "立新", "婉清", "振华", "玉梅", "俊杰",
    "欣然", "德全", "小敏", "永刚", "美玲", "博文", "静", "磊", "芳", "洋", "娜", "勇", "悦", "凯",
)  # fmt: skip


def id_number(number: int) -> str:
    """The ID number of the demo's person no. `number`, from 0; two never share one."""
    turn, day = divmod(number * STEP, BIRTHDAYS)
    born = FIRST_BIRTHDAY + timedelta(days=day)
    sequence = turn // STEP * 10 + number % 10
    first_17 = f"{NO_SUCH_AREA}{born:%Y%m%d}{sequence % 1000:03d}"
    return first_17 + check_character(first_17)


def tongliao_names(count: int) -> list[str]:
    """Return names as Tongliao has them: Mongolian, Han, Hui; those that test a printer last."""
    peoples = [*MONGOLIAN_NAMES, *HUI_NAMES, *SURPRISING_NAMES]
    left = count - len(peoples) - len(TELLING_NAMES)
    names = peoples + list(islice(han_names(seed=11), left))
    Random(7).shuffle(names)  # noqa: S311 - the same order at every load
    return [*names, *TELLING_NAMES]


def han_names(*, seed: int) -> Iterator[str]:
    """Names of a surname and a given name, each pair once, in an order that `seed` gives."""
    pairs = [surname + given for surname, given in product(SURNAMES, GIVEN_NAMES)]
    Random(seed).shuffle(pairs)  # noqa: S311 - the same order at every load
    yield from pairs


def invented(name: str, number: int) -> NewPerson:
    """A demo person. Whoever has a foreign name has a passport, with a number that says so."""
    if name.isascii():
        return NewPerson(
            full_name=name, id_type=IdType.PASSPORT, id_number=f"DEMO{number:06d}", is_demo=True
        )
    return NewPerson(full_name=name, id_number=id_number(number), is_demo=True)
