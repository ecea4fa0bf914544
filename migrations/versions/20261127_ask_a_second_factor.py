"""ask a second factor

Revision ID: ask_a_second_factor
Revises: take_sign_ups
"""

import sqlalchemy as sa
from alembic import op

revision = "ask_a_second_factor"
down_revision = "take_sign_ups"
branch_labels = None
depends_on = None

KINDS = (
    "signed_in", "refused", "limited", "signed_out", "ended", "password_changed", "door_shut",
    "form_refused", "personal_data", "file_damaged",
)
NEW = ("code_refused", "second_factor_changed")
KIND = "ck_security_event_securitykind"
SECRET = "ck_account_asks_by_a_secret"


def among(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def upgrade() -> None:
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("totp_counter", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.create_check_constraint(
            op.f(SECRET), "totp_since IS NULL OR totp_sealed IS NOT NULL"
        )
    with op.batch_alter_table("security_event") as batch_op:
        batch_op.drop_constraint(op.f(KIND), type_="check")
        batch_op.create_check_constraint(op.f(KIND), among(KINDS + NEW))
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"])


def downgrade() -> None:
    op.drop_table("recovery_code")
    op.execute(f"DELETE FROM security_event WHERE {among(NEW)}")
    with op.batch_alter_table("security_event") as batch_op:
        batch_op.drop_constraint(op.f(KIND), type_="check")
        batch_op.create_check_constraint(op.f(KIND), among(KINDS))
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_constraint(op.f(SECRET), type_="check")
        batch_op.drop_column("totp_counter")
        batch_op.drop_column("totp_since")
        batch_op.drop_column("totp_sealed")
