"""keep counts

Revision ID: keep_counts
Revises: record_consents_on_paper
"""

import sqlalchemy as sa
from alembic import op

revision = "keep_counts"
down_revision = "record_consents_on_paper"
branch_labels = None
depends_on = None

PERSONS = 500
OF_PERSONS = (
    "employment",
    "qualification",
    "result",
    "cohort_member",
    "registration",
    "review",
)
STEPS = {"registration_step": "registration", "review_step": "review"}  # and whose they are
DEEDS = {"INSERT": ("new",), "UPDATE": ("new", "old"), "DELETE": ("old",)}
# whose change concerns the counts of everybody
OF_ALL = {
    "exam_cycle": ("year", "exam_from_on", "exam_to_on", "scores_on", "approved_on"),
    "exam_cohort": ("cycle_id", "level"),
}


def upgrade() -> None:
    op.create_table(
        "kept_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portion", sa.Integer(), nullable=False),
        sa.Column("figure", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_count")),
        sa.UniqueConstraint("portion", "figure", name=op.f("uq_kept_count_portion_figure")),
    )
    op.create_table(
        "kept_portion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portion", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "until_on >= from_on", name=op.f("ck_kept_portion_ends_after_beginning")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_portion")),
        sa.UniqueConstraint("portion", name=op.f("uq_kept_portion_portion")),
    )
    op.create_table(
        "kept_touch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portion", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_touch")),
    )
    op.create_index(op.f("ix_kept_touch_portion"), "kept_touch", ["portion"])
    for table in OF_PERSONS:
        op.execute(
            "INSERT INTO kept_touch (portion)"
            f" SELECT DISTINCT person_id / {PERSONS} FROM {table}"
        )
    mark_on_postgres() if op.get_bind().dialect.name == "postgresql" else mark_on_sqlite()


def mark_on_postgres() -> None:
    """Once for each statement: a sheet writes many rows."""
    for deed, sides in DEEDS.items():
        tables = " UNION ALL ".join(f"SELECT * FROM {side}_rows" for side in sides)
        function(
            f"touch_kept_{deed.lower()}",
            "INSERT INTO kept_touch (portion)"
            f" SELECT DISTINCT person_id / {PERSONS} FROM ({tables}) AS touched",
        )
        for step, whole in STEPS.items():
            function(
                f"touch_kept_{deed.lower()}_{step}",
                f"INSERT INTO kept_touch (portion) SELECT DISTINCT w.person_id / {PERSONS}"
                f" FROM ({tables}) AS touched JOIN {whole} w ON w.id = touched.{whole}_id",
            )
        seen = " ".join(f"{side.upper()} TABLE AS {side}_rows" for side in sides)
        for table in (*OF_PERSONS, *STEPS):
            name = f"touch_kept_{deed.lower()}" + (f"_{table}" if table in STEPS else "")
            op.execute(
                f"CREATE TRIGGER {table}_kept_{deed.lower()} AFTER {deed} ON {table}"
                f" REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )
    function("touch_kept_all", "INSERT INTO kept_touch (portion) SELECT portion FROM kept_portion")
    for table, columns in OF_ALL.items():
        op.execute(
            f"CREATE TRIGGER {table}_kept AFTER UPDATE OF {', '.join(columns)} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION touch_kept_all()"
        )


def function(name: str, statement: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {statement}; RETURN NULL; END $$"
    )


def mark_on_sqlite() -> None:
    """Which knows triggers for each row alone."""
    for deed, sides in DEEDS.items():
        for table in (*OF_PERSONS, *STEPS):
            marks = [mark(table, side) for side in sides]
            op.execute(
                f"CREATE TRIGGER {table}_kept_{deed.lower()} AFTER {deed} ON {table} "
                f"BEGIN {' '.join(marks)} END"
            )
    for table, columns in OF_ALL.items():
        op.execute(
            f"CREATE TRIGGER {table}_kept AFTER UPDATE OF {', '.join(columns)} ON {table} "
            "BEGIN INSERT INTO kept_touch (portion) SELECT portion FROM kept_portion; END"
        )


def mark(table: str, side: str) -> str:
    """A row's portion, where it does not bear the last mark already: a sheet's rows lie together."""
    person = f"{side}.person_id"
    if whole := STEPS.get(table):
        person = f"(SELECT person_id FROM {whole} WHERE id = {side}.{whole}_id)"
    return (
        f"INSERT INTO kept_touch (portion) SELECT {person} / {PERSONS}"
        f" WHERE NOT EXISTS (SELECT 1 FROM kept_touch WHERE portion = {person} / {PERSONS});"
    )


def downgrade() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    names = [
        (table, f"{table}_kept_{deed.lower()}")
        for table in (*OF_PERSONS, *STEPS)
        for deed in DEEDS
    ]
    for table, name in [*names, *((table, f"{table}_kept") for table in OF_ALL)]:
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgres else ""))
    if is_postgres:
        steps = ("", *(f"_{step}" for step in STEPS))
        kinds = [f"{deed.lower()}{step}" for deed in DEEDS for step in steps]
        for kind in [*kinds, "all"]:
            op.execute(f"DROP FUNCTION touch_kept_{kind}()")
    for table in ("kept_touch", "kept_portion", "kept_count"):
        op.drop_table(table)
