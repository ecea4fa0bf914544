"""count by lists

Revision ID: count_by_lists
Revises: time_papers
"""

from alembic import op

revision = "count_by_lists"
down_revision = "time_papers"
branch_labels = None
depends_on = None

RECORDED = "('importing', 'imported')"
# the first list of an exam without an announced day moves the day from which all of it counts
MARK = f"""INSERT INTO kept_touch (portion) SELECT portion FROM kept_portion
 WHERE EXISTS (SELECT 1 FROM exam_cycle WHERE id = NEW.cycle_id AND scores_on IS NULL)
 AND NOT EXISTS (
  SELECT 1 FROM result_import AS other WHERE other.cycle_id = NEW.cycle_id AND other.id <> NEW.id
  AND other.state IN {RECORDED} AND other.published_on <= NEW.published_on
 );"""  # noqa: S608
TRIGGERS = {
    "result_import_kept_insert": ("INSERT", f"NEW.state IN {RECORDED}"),
    "result_import_kept_update": (
        "UPDATE OF state",
        f"NEW.state IN {RECORDED} AND OLD.state NOT IN {RECORDED}",
    ),
}


def upgrade() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    deed = "EXECUTE FUNCTION touch_kept_list()" if is_postgres else f"BEGIN {MARK} END"
    if is_postgres:
        op.execute(
            "CREATE FUNCTION touch_kept_list() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {MARK} RETURN NULL; END $$"
        )
    for name, (when, rule) in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {name} AFTER {when} ON result_import FOR EACH ROW WHEN ({rule}) {deed}"
        )


def downgrade() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}" + (" ON result_import" if is_postgres else ""))
    if is_postgres:
        op.execute("DROP FUNCTION touch_kept_list()")
