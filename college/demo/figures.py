"""The reported figures of the news page of September 2024, as docs/demo-figures.md lists them.

What the page dates by the year alone stands at the end of its month; a figure of "last year" at the
end of 2023. The codes that the ledger can count itself are those of reports/figures/reported.py.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM
from college.core.text import say
from college.demo.stations import JIADING, JIYANG, QINGLONG, unit
from college.people.qualifications.models import Level
from college.register.targets.operations import NewTarget, set_target
from college.stations.indicators.models import CountUnit, IndicatorValue, Precision
from college.stations.indicators.operations import Reported, record_indicators

C = CountUnit
PAGE_MONTH = date(2024, 9, 30)
AUGUST, CEREMONY, LAST_YEAR = date(2024, 8, 31), date(2024, 9, 20), date(2023, 12, 31)

TARGET_YEAR, PLAN = 2026, "演示用年度计划"
TARGETS = {Level.ASSISTANT: 12, Level.SOCIAL_WORKER: 16}
YEAR_ONLY = say("The page names no day; the end of its month is taken.")
OF_CADRES = say(
    "Counts cadres and community staff beside the professional social workers, no level stated; "
    "“the end of last year” is read as 2023."
)
PERHAPS_TIMES = say("Printed as persons; it may mean person-times. The printed unit stands.")
FIVE_NAMED = say("The page names five of the six.")
INFERRED = say("Four of the seven names are inferred.")
A_THING_EACH = say("One film and one map.")
BATCH_YEAR = say("The page says “last year”, read as 2023.")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the page: what it says, and how."""

    code: str
    label: str
    label_en: str
    value: int
    count_unit: CountUnit
    as_of: date
    as_printed: str
    note: str = ""
    is_cumulative: bool = False

    @property
    def precision(self) -> Precision:
        """余 means more than: a lower bound."""
        return Precision.MORE_THAN if "余" in self.as_printed else Precision.EXACT


FIGURES: dict[str, tuple[Figure, ...]] = {
    JIYANG: (
        Figure("stations_since", "社工站始建年份", "Stations since", 2021, C.YEAR, PAGE_MONTH,
               "自2021年建立社工站以来"),
        Figure("general_stations", "区级社工总站", "General stations", 1, C.PIECES, PAGE_MONTH,
               "1个区级社工总站", YEAR_ONLY),
        Figure("stations", "街道（镇）社工站", "Street and town stations", 7, C.PIECES, PAGE_MONTH,
               "7个街道(镇)社工站", INFERRED),
        Figure("station_workers", "驻站社工", "Station social workers", 26, C.PERSONS, PAGE_MONTH,
               "专业驻站社工26人", YEAR_ONLY),
        Figure("service_domains", "服务领域", "Service domains", 6, C.PIECES, PAGE_MONTH,
               "六大重要领域", FIVE_NAMED),
        Figure("demonstration_stations", "市级社工站示范点", "City-level demonstration stations", 3,
               C.PIECES, PAGE_MONTH, "成功创建市级社工站示范点：垛石、济北、济阳街道", YEAR_ONLY),
        Figure("named_projects", "特色服务项目", "Named projects", 4, C.PIECES, PAGE_MONTH,
               "特色服务项目：童生乐长、益护家园、济乐同行、善美济阳“幸福yang益”", YEAR_ONLY),
        Figure("service_brands", "服务品牌", "Service brands", 20, C.PIECES, AUGUST,
                   "品牌20余个"),
        Figure("service_systems", "动态服务系统", "Dynamic service systems", 7, C.PIECES, AUGUST,
               "动态服务系统7个"),
        Figure("organisations_incubated", "培育社会组织", "Social organisations incubated", 172,
               C.PIECES, AUGUST, "培育社会组织172个"),
        Figure("streets_fully_covered", "社区社工室全覆盖的街道",
               "Subdistricts with a room in every community", 2, C.PIECES, AUGUST,
               "两个街道实现社区社工室全覆盖"),
        Figure("activities", "累计开展活动", "Activities, cumulative", 1300, C.EVENTS, AUGUST,
                   "1300余场", is_cumulative=True),
        Figure("people_served", "累计服务群众", "People served, cumulative", 77_000, C.PERSONS,
                   AUGUST, "7.7万余人", PERHAPS_TIMES, is_cumulative=True),
    ),
    QINGLONG: (
        Figure("certificate_holders", "机关和村（社区）干部职工持证人数",
               "Certificate holders among cadres and community staff", 10, C.PERSONS, LAST_YEAR,
               "截至去年底已有10人成功取得社工证书", OF_CADRES, is_cumulative=True),
        Figure("activities", "开展活动", "Activities", 60, C.TIMES, PAGE_MONTH, "60余次",
                   YEAR_ONLY),
        Figure("service_domains", "列名的服务领域", "Service domains named", 8, C.PIECES,
               PAGE_MONTH, "政策宣讲、儿童友好…", YEAR_ONLY),
    ),
    JIADING: (
        Figure("mental_health_stations", "第一批心理健康社工站",
               "Mental-health stations, first batch", 2, C.PIECES, LAST_YEAR,
               "去年建设的第一批两个", BATCH_YEAR),
        Figure("second_batch", "第二批心理健康社工站", "Mental-health stations, second batch", 4,
               C.PIECES, CEREMONY, "第二批四个"),
        Figure("mental_health_stations", "心理健康社工站合计", "Mental-health stations, all", 6,
               C.PIECES, CEREMONY, "六个心理健康社工站"),
        Figure("coverage", "覆盖辖区街镇", "Streets and towns covered", 50, C.PERCENT, CEREMONY,
               "覆盖50%的辖区街镇"),
        Figure("volunteers_honoured", "受表彰志愿者", "Volunteers honoured", 6, C.PERSONS, CEREMONY,
               "六位…接受表彰证书"),
        Figure("publications", "发布的宣传片和服务地图", "Publications", 2, C.PIECES, CEREMONY,
               "宣传片；2024年服务地图", A_THING_EACH),
    ),
}  # fmt: skip


def is_there() -> bool:
    of_jiyang = IndicatorValue.unit_id == unit(JIYANG).id
    return bool(db.session.scalar(sa.select(sa.exists().where(of_jiyang))))


def build() -> None:
    for place, figures in FIGURES.items():
        record_indicators(SYSTEM, [_reported(place, figure) for figure in figures])
    for level, persons in TARGETS.items():
        target = NewTarget(
            unit=unit(JIYANG), year=TARGET_YEAR, level=level, persons=persons, source=PLAN
        )
        set_target(SYSTEM, target)


def _reported(place: str, figure: Figure) -> Reported:
    return Reported(
        unit=unit(place),
        code=figure.code,
        label=figure.label,
        label_en=figure.label_en,
        value=Decimal(figure.value),
        count_unit=figure.count_unit,
        as_of=figure.as_of,
        precision=figure.precision,
        is_cumulative=figure.is_cumulative,
        as_printed=figure.as_printed,
        note=figure.note,
    )
