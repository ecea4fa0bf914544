"""keep passkeys

Revision ID: keep_passkeys
Revises: warn_of_ends
"""

import sqlalchemy as sa
from alembic import op

revision = "keep_passkeys"
down_revision = "warn_of_ends"
branch_labels = None
depends_on = None

NOTICES = (
    "enrolled", "moved_up", "certificate_issued", "results_in", "role_granted", "import_finished",
    "sign_up_decided", "invited", "password_forgotten", "password_changed", "request_answered",
    "identity_changed", "data_deleted", "registration_ends",
)  # fmt: skip
EVENTS = (
    "signed_in", "refused", "limited", "signed_out", "ended", "password_changed", "code_refused",
    "second_factor_changed", "door_shut", "form_refused", "personal_data", "file_damaged",
    "identity_changed",
)  # fmt: skip
NEW_NOTICES = ("passkey_changed",)
NEW_EVENTS = ("passkey_refused", "passkey_copied", "passkey_changed")
OF_NEW = "notice_id IN (SELECT id FROM notice WHERE {})"


def among(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def allow(notices: tuple[str, ...], events: tuple[str, ...]) -> None:
    for table, name, kinds in (
        ("notice", "noticekind", notices),
        ("notice_choice", "noticekind", notices),
        ("security_event", "securitykind", events),
    ):
        check = op.f(f"ck_{table}_{name}")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(check, type_="check")
            batch_op.create_check_constraint(check, among(kinds))


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(1364), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkey_counts_up")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_passkey_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_person_id"), "passkey", ["person_id"])
    op.create_table(
        "spent_challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent_challenge")),
        sa.UniqueConstraint("challenge_hash", name=op.f("uq_spent_challenge_challenge_hash")),
    )
    op.create_index(op.f("ix_spent_challenge_expires_at"), "spent_challenge", ["expires_at"])
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.add_column(sa.Column("passkey_id", sa.Integer(), nullable=True))
    allow(NOTICES + NEW_NOTICES, EVENTS + NEW_EVENTS)


def downgrade() -> None:
    op.execute(f"DELETE FROM notice_delivery WHERE {OF_NEW.format(among(NEW_NOTICES))}")
    for table in ("notice", "notice_choice"):
        op.execute(f"DELETE FROM {table} WHERE {among(NEW_NOTICES)}")
    op.execute(f"DELETE FROM security_event WHERE {among(NEW_EVENTS)}")
    allow(NOTICES, EVENTS)
    with op.batch_alter_table("sign_in") as batch_op:
        batch_op.drop_column("passkey_id")
    op.drop_table("spent_challenge")
    op.drop_table("passkey")
