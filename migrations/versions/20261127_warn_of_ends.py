"""warn of ends

Revision ID: warn_of_ends
Revises: keep_hours
"""

from alembic import op

revision = "warn_of_ends"
down_revision = "keep_hours"
branch_labels = None
depends_on = None

KINDS = (
    "enrolled",
    "moved_up",
    "certificate_issued",
    "results_in",
    "role_granted",
    "import_finished",
    "sign_up_decided",
    "invited",
    "password_forgotten",
    "password_changed",
    "identity_changed",
    "request_answered",
    "data_deleted",
)
NEW = ("registration_ends",)
TABLES = ("notice", "notice_choice")
OF_NEW = "notice_id IN (SELECT id FROM notice WHERE {})"


def among(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def allow(kinds: tuple[str, ...]) -> None:
    for table in TABLES:
        name = op.f(f"ck_{table}_noticekind")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, among(kinds))


def upgrade() -> None:
    allow(KINDS + NEW)


def downgrade() -> None:
    op.execute(f"DELETE FROM notice_delivery WHERE {OF_NEW.format(among(NEW))}")
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE {among(NEW)}")
    allow(KINDS)
