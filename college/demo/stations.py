"""The units of the demo college: Tongliao and the three places of the news page.

Which stations Jiyang and Jiading have is reported; those of Tongliao are invented. Each is put on
record on the day it opened, so that "as known on" has something to tell.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM
from college.stations.units.models import STATIONS, Unit, UnitKind
from college.stations.units.operations import (
    Details,
    NewUnit,
    change_unit,
    correct_opening,
    end_unit,
    move_unit,
    open_unit,
)

K = UnitKind
COLLEGE = "通辽社会工作学院"
DEPARTMENT = "中共通辽市委社会工作部"
HOME_STATION = "科尔沁区明仁街道社工站"
JIYANG, QINGLONG, JIADING = "济南市济阳区", "青龙街道", "上海市嘉定区"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit with its name in both languages, and the units below it."""

    name: str
    name_en: str
    kind: UnitKind
    code: str = ""
    opened_on: date | None = None
    host_site: str = ""
    below: tuple["Place", ...] = field(default=())


def _banner(
    name: str, name_en: str, code: str, opened_on: date, *stations: tuple[str, str]
) -> Place:
    """A banner, county or district of Tongliao: its general station and some stations."""
    general = Place(
        f"{name}社工总站", f"{name_en} General Station", K.GENERAL_STATION, "", opened_on
    )
    street = (
        Place(f"{name}{zh}社工站", f"{en} Station, {name_en}", K.STATION, "", opened_on)
        for zh, en in stations
    )
    return Place(name, name_en, K.DISTRICT, code, None, "", (general, *street))


TONGLIAO = Place(
    "通辽市",
    "Tongliao",
    K.DISTRICT,
    "150500",
    below=(
        _banner(
            "科尔沁区",
            "Horqin District",
            "150502",
            date(2022, 3, 1),
            ("明仁街道", "Mingren Subdistrict"),
            ("永清街道", "Yongqing Subdistrict"),
            ("施介街道", "Shijie Subdistrict"),
        ),
        _banner(
            "科尔沁左翼中旗",
            "Horqin Left Middle Banner",
            "150521",
            date(2022, 6, 1),
            ("保康镇", "Baokang Town"),
        ),
        _banner(
            "科尔沁左翼后旗",
            "Horqin Left Rear Banner",
            "150522",
            date(2022, 6, 1),
            ("甘旗卡镇", "Ganqika Town"),
        ),
        _banner("开鲁县", "Kailu County", "150523", date(2022, 9, 1), ("开鲁镇", "Kailu Town")),
        _banner("库伦旗", "Kulun Banner", "150524", date(2022, 9, 1), ("库伦镇", "Kulun Town")),
        _banner(
            "奈曼旗",
            "Naiman Banner",
            "150525",
            date(2022, 9, 1),
            ("大沁他拉镇", "Daqintala Town"),
        ),
        _banner("扎鲁特旗", "Jarud Banner", "150526", date(2023, 3, 1), ("鲁北镇", "Lubei Town")),
        _banner(
            "霍林郭勒市",
            "Holingol City",
            "150581",
            date(2023, 3, 1),
            ("沙尔呼热街道", "Sharhure Subdistrict"),
        ),
        _banner(
            "通辽经济技术开发区",
            "Tongliao Development Zone",
            "150571",
            date(2023, 9, 1),
            ("河西街道", "Hexi Subdistrict"),
        ),
    ),
)


def _jiyang(name: str, name_en: str, opened_on: date) -> Place:
    return Place(f"{name}社工站", f"{name_en} Station", K.STATION, "", opened_on)


# four of the seven names are inferred, see docs/demo-figures.md; the opening days are invented
JIYANG_DISTRICT = Place(
    JIYANG,
    "Jiyang District, Jinan",
    K.DISTRICT,
    "370115",
    below=(
        Place("济阳区社工总站", "Jiyang General Station", K.GENERAL_STATION, "", date(2021, 4, 1)),
        _jiyang("济阳街道", "Jiyang Subdistrict", date(2021, 5, 1)),
        _jiyang("济北街道", "Jibei Subdistrict", date(2021, 5, 1)),
        _jiyang("回河街道", "Huihe Subdistrict", date(2021, 9, 1)),
        _jiyang("垛石街道", "Duoshi Subdistrict", date(2021, 5, 1)),
        _jiyang("曲堤街道", "Qudi Subdistrict", date(2021, 9, 1)),
        _jiyang("仁风镇", "Renfeng Town", date(2021, 11, 1)),
        _jiyang("新市镇", "Xinshi Town", date(2021, 11, 1)),
    ),
)

PENGSHAN = Place(
    "眉山市彭山区",
    "Pengshan District, Meishan",
    K.DISTRICT,
    "511403",
    below=(Place(QINGLONG, "Qinglong Subdistrict", K.STREET, "511403003"),),
)


def _town(name: str, name_en: str, kind: UnitKind, *stations: Place) -> Place:
    return Place(name, name_en, kind, below=stations)


def _mental(name: str, name_en: str, opened_on: date, host_site: str) -> Place:
    station, en = f"{name}心理健康社工站", f"{name_en} Mental-Health Station"
    return Place(station, en, K.MENTAL_HEALTH_STATION, "", opened_on, host_site)


NEIGHBOURHOOD, CLINIC, DISABILITY = "党群服务中心", "社区卫生服务中心", "残疾人服务社"
FIRST_BATCH, SECOND_BATCH = date(2023, 9, 1), date(2024, 9, 20)
# the page names three of the six; the others are numbered, and where they stand and their batches
# are our guess. The twelve are those of the statistical list of 2023-06-30
JIADING_DISTRICT = Place(
    JIADING,
    "Jiading District, Shanghai",
    K.DISTRICT,
    "310114",
    below=(
        _town("外冈镇", "Waigang Town", K.TOWN, _mental("外冈镇", "Waigang", FIRST_BATCH, CLINIC)),
        _town(
            "嘉定工业区",
            "Jiading Industrial Zone",
            K.ZONE,
            _mental("嘉定工业区", "Jiading Industrial Zone", FIRST_BATCH, NEIGHBOURHOOD),
        ),
        _town(
            "江桥镇",
            "Jiangqiao Town",
            K.TOWN,
            _mental("江桥镇", "Jiangqiao", SECOND_BATCH, NEIGHBOURHOOD),
        ),
        _town("南翔镇", "Nanxiang Town", K.TOWN, _mental("第四", "Fourth", SECOND_BATCH, CLINIC)),
        _town("安亭镇", "Anting Town", K.TOWN, _mental("第五", "Fifth", SECOND_BATCH, DISABILITY)),
        _town("马陆镇", "Malu Town", K.TOWN, _mental("第六", "Sixth", SECOND_BATCH, NEIGHBOURHOOD)),
        _town("徐行镇", "Xuhang Town", K.TOWN),
        _town("华亭镇", "Huating Town", K.TOWN),
        _town("嘉定镇街道", "Jiadingzhen Subdistrict", K.STREET),
        _town("新成路街道", "Xinchenglu Subdistrict", K.STREET),
        _town("真新街道", "Zhenxin Subdistrict", K.STREET),
        _town("菊园新区", "Juyuan New Area", K.ZONE),
    ),
)


@dataclass(frozen=True, slots=True)
class Former:
    """What a unit of Tongliao was before: opened so, and from a day on what its Place says."""

    name: str
    name_en: str
    kind: UnitKind
    opened_on: date
    until: date
    below: str = ""  # where it stood, if elsewhere


FORMERLY = {
    "开鲁县开鲁镇社工站": Former(
        "开鲁县开鲁镇社工室",
        "Kailu Town Room, Kailu County",
        K.ROOM,
        date(2022, 9, 1),
        date(2023, 5, 1),
    ),
    "通辽经济技术开发区河西街道社工站": Former(
        "科尔沁区河西街道社工站",
        "Hexi Subdistrict Station, Horqin District",
        K.STATION,
        date(2022, 3, 1),
        date(2023, 9, 1),
        below="科尔沁区",
    ),
}
# a station that is no more, and one whose opening was recorded wrongly at first
MERGED = Place(
    "科尔沁区铁路街道社工站",
    "Tielu Subdistrict Station, Horqin District",
    K.STATION,
    opened_on=date(2022, 3, 1),
)
MERGED_INTO, MERGED_ON = "科尔沁区永清街道社工站", date(2024, 7, 1)
MISTAKEN, TRULY_OPENED, CORRECTED_ON = (
    "霍林郭勒市沙尔呼热街道社工站",
    date(2023, 2, 15),
    date(2024, 2, 20),
)
FIRST_RECORDS = date(2021, 1, 4)  # of what has no day of opening

ROOTS = (
    Place(COLLEGE, "Tongliao College of Social Work", K.COLLEGE, "", date(2024, 1, 1)),
    Place(
        DEPARTMENT,
        "Social Work Department of the Tongliao Party Committee",
        K.DEPARTMENT,
    ),
    TONGLIAO,
    JIYANG_DISTRICT,
    PENGSHAN,
    JIADING_DISTRICT,
)


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Unit.is_demo))))


def build() -> None:
    for place in ROOTS:
        _open(place, None)
    merged = _open(MERGED, unit("科尔沁区"))
    with _on(MERGED_ON):
        end_unit(SYSTEM, merged, on=MERGED_ON, into=unit(MERGED_INTO))
    with _on(CORRECTED_ON):
        correct_opening(SYSTEM, unit(MISTAKEN), opened_on=TRULY_OPENED)


def unit(name: str) -> Unit:
    return db.session.scalars(sa.select(Unit).where(Unit.name == name, Unit.is_demo)).one()


def names_below(place: Place) -> list[str]:
    """The general station and the stations of a district, in their order."""
    return [each.name for each in place.below]


def stations_of(place: Place) -> list[str]:
    """The stations of a district at whatever depth, in their order."""
    here = [place.name] if place.kind in STATIONS else []
    return here + [name for each in place.below for name in stations_of(each)]


def _open(place: Place, parent: Unit | None) -> Unit:
    was = FORMERLY.get(place.name)
    first = was or place
    new = NewUnit(
        name=first.name,
        name_en=first.name_en,
        kind=first.kind,
        parent=unit(was.below) if was and was.below else parent,
        opened_on=first.opened_on,
        details=Details(division_code=place.code, host_site=place.host_site),
        is_demo=True,
    )
    with _on(first.opened_on or FIRST_RECORDS):
        opened = open_unit(SYSTEM, new)
    if was:
        _become(opened, place, parent, was.until)
    for each in place.below:
        _open(each, opened)
    return opened


def _become(opened: Unit, place: Place, parent: Unit | None, on: date) -> None:
    name, name_en, kind = place.name, place.name_en, place.kind
    with _on(on):
        change_unit(SYSTEM, opened, on=on, name=name, name_en=name_en, kind=kind)
        move_unit(SYSTEM, opened, to=parent, on=on)


def _on(day: date) -> AbstractContextManager[None]:
    return clock.put_at(datetime.combine(day, time(9), tzinfo=clock.SHANGHAI))
