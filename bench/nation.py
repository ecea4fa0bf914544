"""A nation to measure in: people, posts, ten exam years and what they earned, as rows in bulk.

Everything is made by the database itself, set by set, and the same each time: chance is a hash of
the ids. It hangs together as the operations would have left it: who has a level sits it no more, a
qualification is what the papers earn by the rules, some posts and results were corrected later. Two
things are left out, which no figure reads: the journal, and numbers sealed one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa

from college.core import clock, crypto
from college.core.db import UtcDateTime, db
from college.core.kept import PERSONS
from college.core.roles import SYSTEM, Role
from college.demo.names import GIVEN_NAMES, SURNAMES
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import NewCycle, plan_cycle
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.operations import adopt_rules, draw_line
from college.people.accounts.operations import open_account
from college.people.persons.names import folded, initials, sort_key
from college.people.persons.operations import NewPerson, record_persons
from college.people.qualifications.models import Level
from college.people.roles.operations import grant_role
from college.register.targets.models import Target
from college.stations.indicators.models import Counted, CountUnit, IndicatorValue, Precision
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import NewUnit, open_unit

FIRST_YEAR, YEARS = 2017, 10
FIRST_DAY = date(2012, 1, 1)
PROVINCES, COUNTY, TOWN = 30, 12, 200  # towns of a county, people of a town
COHORTS, MEMBERS, COHORT_YEARS = 10, 60, 3
PROVINCE = "全国"
PRIME = 2147483647
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Nation:
    """Who reads, and what; the numbers of rows that there are."""

    administrator: int
    department: int
    manager: int
    station: int
    province: int
    counted: dict[str, int]


def build(people: int, say: Say) -> Nation:
    bulk = _Bulk(people)
    bulk.helpers()
    say("units")
    stations, provinces = _units(people)
    say("people and posts")
    bulk.people()
    bulk.posts()
    cycles = _cycles()
    bulk.begin_results()
    for cycle in cycles:
        say(f"the exam of {cycle.year}")
        bulk.results(cycle)
    bulk.corrections()
    say("indices")
    bulk.end_results()
    bulk.cohorts(cycles[-COHORT_YEARS:])
    _reported(provinces)
    bulk.checks()
    bulk.mark()
    bulk.tidy_up()
    station = stations[len(stations) // 2]
    nation = Nation(
        _reader(Role.ADMIN),
        _reader(Role.OBSERVER),
        _reader(Role.STATION_MANAGER, station),
        station,
        provinces[1],
        {
            name: _count(name)
            for name in ("person", "unit", "employment", "result", "qualification")
        },
    )
    _analyze()
    return nation


def _units(people: int) -> tuple[list[int], list[int]]:
    """Provinces by the operation; counties, towns and stations in bulk, with their first phase."""
    top = open_unit(SYSTEM, NewUnit(name=PROVINCE, kind=UnitKind.COLLEGE, opened_on=FIRST_DAY))
    towns = max(20, people // TOWN)
    counties = max(2, towns // COUNTY)
    provinces = [
        open_unit(
            SYSTEM,
            NewUnit(name=f"第{n}省", kind=UnitKind.DISTRICT, parent=top, opened_on=FIRST_DAY),
        ).id
        for n in range(min(PROVINCES, counties))
    ]
    db.session.commit()
    above = _below(
        UnitKind.DISTRICT, "县", [provinces[n % len(provinces)] for n in range(counties)]
    )
    above = _below(UnitKind.TOWN, "镇", [above[n % len(above)] for n in range(towns)])
    stations = _below(UnitKind.STATION, "社工站", above)
    return stations, provinces


def _below(kind: UnitKind, word: str, parents: list[int]) -> list[int]:
    paths = {row.id: row.path for row in db.session.execute(sa.select(Unit.id, Unit.path))}
    first = max(paths) + 1
    rows = [
        {
            "id": first + n,
            "name": f"第{n}{word}",
            "kind": kind,
            "parent_id": parent,
            "path": f"{paths[parent]}{first + n:06d}/",
            "opened_on": FIRST_DAY,
        }
        for n, parent in enumerate(parents)
    ]
    db.session.execute(sa.insert(Unit), rows)
    db.session.execute(
        sa.text(
            "INSERT INTO unit_phase (unit_id, name, name_en, kind, parent_id, from_on, recorded_at)"
            " SELECT id, name, '', kind, parent_id, opened_on, :at FROM unit WHERE id >= :first"
        ),
        {"first": first, "at": clock.midnight(FIRST_DAY)},
    )
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SELECT setval('unit_id_seq', (SELECT max(id) FROM unit))"))
    db.session.commit()
    return [row["id"] for row in rows]


def _cycles() -> list[ExamCycle]:
    adopt_rules(SYSTEM)
    years = range(FIRST_YEAR, FIRST_YEAR + YEARS)
    for year in years:
        for level in Level:
            line = LineData(year=year, level=level, line=Decimal(60), citation="通知")
            draw_line(SYSTEM, line)
    made = [
        plan_cycle(
            SYSTEM,
            NewCycle(
                year=year,
                province=PROVINCE,
                name=f"{year}年社会工作者职业资格考试",
                exam_from_on=date(year, 6, 15),
                exam_to_on=date(year, 6, 16),
                scores_on=date(year, 8, 10),
                approved_on=date(year, 6, 16),
            ),
        )
        for year in years
    ]
    db.session.commit()
    return made


def _chance(what: str, salt: int) -> str:
    """A number below 1,000 that nobody foresees, the same each time."""
    mixed = f"(CAST({what} AS bigint) * {1_000_003 + 7_919 * salt} % {PRIME})"
    return f"({mixed} * ({mixed} % 65521 + {salt}) % {PRIME} % 1000)"


def _numbers(first: int, last: int) -> str:
    """Begin a statement with the table `number` of all `i` between two."""
    more = f"SELECT i + 1 FROM number WHERE i < {last}"
    return f"WITH RECURSIVE number(i) AS (SELECT {first} UNION ALL {more})"


class _Bulk:
    """Statements that both databases understand."""

    def __init__(self, people: int) -> None:
        self.people_count = people
        self.is_postgres = db.engine.dialect.name == "postgresql"
        self.indices: list[str] = []

    def run(self, statement: str, **asked: object) -> None:
        db.session.execute(sa.text(statement), asked)
        db.session.commit()

    def helpers(self) -> None:
        """Days and names by number: neither database reckons with days as the other does."""
        stamp = "timestamptz" if self.is_postgres else "datetime"
        self.run(f"CREATE TABLE bench_day (n integer PRIMARY KEY, on_day date, at {stamp})")
        self.run(
            "CREATE TABLE bench_name (n integer PRIMARY KEY, full_name text, sort_key text,"
            " initials text, folded text)"
        )
        last = (clock.today() - FIRST_DAY).days + 800
        columns = sa.column("n"), sa.column("on_day", sa.Date), sa.column("at", UtcDateTime)
        days = sa.table("bench_day", *columns)
        rows = [FIRST_DAY + timedelta(days=n) for n in range(last)]
        db.session.execute(
            sa.insert(days),
            [{"n": n, "on_day": d, "at": clock.midnight(d)} for n, d in enumerate(rows)],
        )
        names = [s + g for s in SURNAMES for g in GIVEN_NAMES]
        keys = [sort_key(name) for name in names]
        table = sa.table(
            "bench_name", *map(sa.column, ("n", "full_name", "sort_key", "initials", "folded"))
        )
        db.session.execute(
            sa.insert(table),
            [
                {
                    "n": n,
                    "full_name": name,
                    "sort_key": key,
                    "initials": initials(key),
                    "folded": " ".join(map(folded, (name, key, initials(key)))),
                }
                for n, (name, key) in enumerate(zip(names, keys, strict=True))
            ],
        )
        db.session.commit()
        self.names = len(names)

    def people(self) -> None:
        """All bear the same sealed number: sealing would measure the cipher."""
        tail = "substr(CAST(10000 + i % 10000 AS text), 2)"
        self.run(
            f"""
            {_numbers(1, self.people_count)}
            INSERT INTO person (full_name, sort_key, initials, has_own_pinyin, search_text,
                id_type, id_number_sealed, id_number_key, id_number_masked, phone_masked, email,
                photo_sha256, is_demo, version)
            SELECT full_name, sort_key, initials, false, folded || ' ' || {tail}, 'resident_id',
                :sealed, 'bench' || i, '1505**********' || {tail}, '', '', '', false, 1
            FROM number JOIN bench_name ON n = CAST(i AS bigint) * 7919 % {self.names}
            """,
            sealed=crypto.seal("150502199001010000"),
        )

    def posts(self) -> None:
        """Seven of ten were in post; three of ten of these left, and half of them for another unit.

        One post in twenty was recorded with a wrong day at first.
        """
        self.quick()
        towns, days = "bench_unit", (clock.today() - FIRST_DAY).days
        self.run(f"CREATE TABLE {towns} (n integer PRIMARY KEY, unit_id integer, capacity text)")
        rows = db.session.execute(
            sa.select(Unit.id, Unit.kind)
            .where(Unit.kind.in_([UnitKind.TOWN, UnitKind.STATION]))
            .order_by(Unit.parent_id, Unit.id)
        ).all()
        capacities = {UnitKind.STATION: "station_worker", UnitKind.TOWN: "community_worker"}
        table = sa.table(towns, *map(sa.column, ("n", "unit_id", "capacity")))
        db.session.execute(
            sa.insert(table),
            [{"n": n, "unit_id": u, "capacity": capacities[k]} for n, (u, k) in enumerate(rows)],
        )
        p, count = "person.id", len(rows)
        began = f"({_chance(p, 1)} * 1000 + {_chance(p, 2)}) % {days}"
        place = f"({_chance(p, 3)} * 1000 + {_chance(p, 4)}) % {count}"
        self.run(
            f"""
            CREATE TABLE bench_post AS
            SELECT person.id AS person_id, {place} AS place, {began} AS began,
                CASE WHEN {_chance(p, 5)} < 300
                    THEN {began} + 30 + {_chance(p, 6)} * ({days} - {began}) / 1000 END AS ended,
                {_chance(p, 7)} < 500 AS moves, {_chance(p, 8)} < 50 AS was_wrong
            FROM person WHERE {_chance(p, 9)} < 700
            """
        )
        begun = "(person_id, unit_id, capacity, from_on, to_on, recorded_at, superseded_at)"
        told = "CASE WHEN was_wrong THEN 40 ELSE 5 END"
        self.run(
            f"""
            INSERT INTO employment {begun}
            SELECT person_id, unit_id, capacity, b.on_day, e.on_day, r.at, NULL FROM bench_post
            JOIN {towns} t ON t.n = place JOIN bench_day b ON b.n = began
            LEFT JOIN bench_day e ON e.n = ended JOIN bench_day r ON r.n = began + {told}
            """
        )
        self.run(
            f"""
            INSERT INTO employment {begun}
            SELECT person_id, unit_id, capacity, b.on_day, NULL, r.at, NULL FROM bench_post
            JOIN {towns} t ON t.n = (place + 17) % {count} JOIN bench_day b ON b.n = ended + 1
            JOIN bench_day r ON r.n = ended + 6 WHERE moves
            """
        )
        self.run(
            f"""
            INSERT INTO employment {begun}
            SELECT person_id, unit_id, capacity, b.on_day, NULL, r.at, s.at FROM bench_post
            JOIN {towns} t ON t.n = place JOIN bench_day b ON b.n = began + 3
            JOIN bench_day r ON r.n = began + 5 JOIN bench_day s ON s.n = began + 40 WHERE was_wrong
            """
        )
        self.run("DROP TABLE bench_post")

    def begin_results(self) -> None:
        """Without its indices, which cost less when they are made at once in the end."""
        self.run("CREATE TABLE bench_paper (level text, subject text, salt integer)")
        self.run(
            "INSERT INTO bench_paper VALUES ('assistant', 'comprehensive', 1),"
            " ('assistant', 'practice', 2), ('social_worker', 'comprehensive', 3),"
            " ('social_worker', 'practice', 4), ('social_worker', 'law_and_policy', 5),"
            " ('senior', 'practice', 6)"
        )
        if self.is_postgres:
            found = sa.text(
                "SELECT indexdef, indexname FROM pg_indexes WHERE tablename = 'result'"
                " AND indexname <> 'pk_result'"
            )
            for definition, name in db.session.execute(found).all():
                self.indices.append(definition)
                self.run(f'DROP INDEX "{name}"')
        self.quick()

    def results(self, cycle: ExamCycle) -> None:
        """Who takes part, their papers by chance and by how good they are, and what these earn."""
        year = cycle.year - FIRST_YEAR
        able = _chance("c.person_id", 11)
        luck = _chance("c.person_id * 64 + p.salt", 20 + year)
        score = f"(72 + {able} * 48 / 1000 + {luck} * 40 / 1000) / 2.0"
        is_absent = f"{_chance('c.person_id * 64 + p.salt', 40 + year)} < 60"
        self.run("DROP TABLE IF EXISTS bench_candidate")
        self.run(
            f"""
            CREATE TABLE bench_candidate AS
            SELECT person.id AS person_id, CASE
                WHEN sw.id IS NOT NULL THEN 'senior'
                WHEN first.id IS NOT NULL OR {_chance("person.id", 12)} >= 600 THEN 'social_worker'
                ELSE 'assistant' END AS level
            FROM person
            LEFT JOIN qualification first
                ON first.person_id = person.id AND first.level = 'assistant'
            LEFT JOIN qualification sw
                ON sw.person_id = person.id AND sw.level = 'social_worker'
            WHERE {_chance("person.id", 60 + year)} < CASE WHEN sw.id IS NULL THEN 500 ELSE 40 END
            """
        )
        has_passed = f"NOT {is_absent} AND {score} >= 60"
        self.run(
            f"""
            INSERT INTO result (person_id, cycle_id, level, subject, status, score, region, verdict,
                pass_line_id, recorded_at)
            SELECT c.person_id, :cycle, c.level, p.subject,
                CASE WHEN {is_absent} THEN 'absent' ELSE 'sat' END,
                CASE WHEN NOT {is_absent} THEN {score} END, '',
                CASE WHEN {has_passed} THEN 'passed' ELSE 'not_passed' END,
                CASE WHEN NOT {is_absent} THEN l.id END, :at
            FROM bench_candidate c JOIN bench_paper p ON p.level = c.level
            JOIN pass_line l ON l.year = :year AND l.level = c.level AND l.region = ''
            """,
            cycle=cycle.id,
            year=cycle.year,
            at=clock.midnight(date(cycle.year, 8, 12)),
        )
        self.earned(cycle)

    def earned(self, cycle: ExamCycle) -> None:
        """Both papers in one year, or all three in two running; who sat did not hold it yet."""
        if self.is_postgres:
            db.session.execute(sa.text("ANALYZE result, qualification"))
        before = [row.id for row in self.years(cycle.year - 1)]
        for level, papers, cycles in (
            ("assistant", 2, [cycle.id]),
            ("social_worker", 3, [cycle.id, *before]),
        ):
            self.run(
                f"""
                INSERT INTO qualification (person_id, level, approved_on, exam_year, basis, region,
                    evidence, is_withdrawn, recorded_at)
                SELECT person_id, '{level}', :day, :year, 'national', '', :name, false, :at
                FROM result
                WHERE level = '{level}' AND verdict = 'passed'
                    AND cycle_id IN ({", ".join(map(str, cycles))})
                GROUP BY person_id
                HAVING count(DISTINCT subject) = :papers AND max(cycle_id) = :cycle
                """,
                papers=papers,
                cycle=cycle.id,
                year=cycle.year,
                day=cycle.approved_on,
                name=cycle.name,
                at=clock.midnight(date(cycle.year, 8, 13)),
            )

    def years(self, year: int) -> list[ExamCycle]:
        return list(db.session.scalars(sa.select(ExamCycle).where(ExamCycle.year == year)))

    def corrections(self) -> None:
        """One result in a hundred was published otherwise at first, half a mark below."""
        self.run(
            f"""
            INSERT INTO result (person_id, cycle_id, level, subject, status, score, region, verdict,
                pass_line_id, superseded_by_id, recorded_at)
            SELECT r.person_id, r.cycle_id, r.level, r.subject, r.status, r.score - 0.5, '',
                CASE WHEN r.score - 0.5 >= 60 THEN 'passed' ELSE 'not_passed' END,
                r.pass_line_id, r.id, d.at
            FROM result r JOIN exam_cycle e ON e.id = r.cycle_id
            JOIN bench_day d ON d.on_day = e.scores_on
            WHERE r.status = 'sat' AND {_chance("r.id", 13)} < 10
            """
        )

    def end_results(self) -> None:
        for definition in self.indices:
            self.run(definition)
        if self.is_postgres:
            self.run("SET session_replication_role = origin")

    def cohorts(self, cycles: list[ExamCycle]) -> None:
        tutor = record_persons(SYSTEM, [NewPerson(full_name="班测试")])[0].id
        share = max(1, self.people_count // (MEMBERS * COHORTS * len(cycles) + 1))
        for cycle in cycles:
            self.run(
                f"""
                {_numbers(0, COHORTS - 1)}
                INSERT INTO exam_cohort (code, name, name_en, level, cycle_id, tutor_id, is_demo,
                    version)
                SELECT 'BK-{cycle.year}-' || i, '{cycle.year}年备考' || i || '班', '',
                    CASE WHEN i % 2 = 0 THEN 'social_worker' ELSE 'assistant' END, {cycle.id},
                    {tutor}, false, 1 FROM number
                """
            )
            self.run(
                f"""
                INSERT INTO cohort_member (cohort_id, person_id, joined_on, recorded_at)
                SELECT c.id, p.id, :joined, :at FROM exam_cohort c
                JOIN person p ON p.id % {share} = c.id % {share}
                    AND p.id / {share} % {COHORTS} = c.id % {COHORTS}
                WHERE c.cycle_id = {cycle.id} AND p.id <= {share * MEMBERS * COHORTS}
                """,
                joined=date(cycle.year, 2, 1),
                at=clock.midnight(date(cycle.year, 2, 1)),
            )

    def checks(self) -> None:
        """Nineteen of twenty qualifications were compared by somebody."""
        checker = record_persons(SYSTEM, [NewPerson(full_name="核测试")])[0].id
        self.run(
            f"UPDATE qualification SET checked_by_id = :who, checked_at = recorded_at"
            f" WHERE {_chance('id', 14)} < 950",
            who=checker,
        )

    def quick(self) -> None:
        """The rows refer to rows that are there: looking for each of them would take most of it."""
        if self.is_postgres:
            self.run("SET session_replication_role = replica")

    def mark(self) -> None:
        """What the triggers would have noted, had they not rested."""
        self.run(f"INSERT INTO kept_touch (portion) SELECT DISTINCT id / {PERSONS} FROM person")

    def tidy_up(self) -> None:
        for name in ("day", "name", "unit", "paper", "candidate"):
            self.run(f"DROP TABLE bench_{name}")


def _reported(provinces: list[int]) -> None:
    """What the nation and its provinces reported and aim at, at the end of last year."""
    year = clock.today().year
    top = db.session.scalars(sa.select(Unit.id).where(Unit.parent_id.is_(None))).first()
    codes = (
        Counted.STATION_WORKERS,
        Counted.CERTIFICATE_HOLDERS,
        Counted.STATIONS,
        Counted.COVERAGE,
    )
    for unit_id in (top, *provinces):
        for code in codes if unit_id == top else codes[:2]:
            db.session.add(
                IndicatorValue(
                    unit_id=unit_id,
                    code=code,
                    label=code.value,
                    value=Decimal(100),
                    count_unit=CountUnit.PERSONS,
                    precision=Precision.EXACT,
                    as_of=date(year - 1, 12, 31),
                )
            )
        for level in (Level.ASSISTANT, Level.SOCIAL_WORKER):
            db.session.add(Target(unit_id=unit_id, year=year, level=level, persons=1000))
    db.session.commit()


def _reader(role: Role, unit_id: int | None = None) -> int:
    """Somebody with an account of their own and no other part in it."""
    [person] = record_persons(SYSTEM, [NewPerson(full_name="读测试")])
    account = open_account(SYSTEM, person, login=f"bench-{role.value}", password_hash="-")
    unit = db.session.get_one(Unit, unit_id) if unit_id else None
    grant_role(SYSTEM, person, role=role, unit=unit, from_on=FIRST_DAY)
    if account.actor.bears_grave_rights:  # production lets them see nothing without
        account.totp_sealed, account.totp_since = crypto.seal("of no phone"), clock.now()
    db.session.commit()
    return person.id


def _count(table: str) -> int:
    return db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0


def _analyze() -> None:
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
    else:
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
