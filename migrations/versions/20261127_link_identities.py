"""link identities

Revision ID: link_identities
Revises: warn_and_answer
"""

import sqlalchemy as sa
from alembic import op

revision = "link_identities"
down_revision = "warn_and_answer"
branch_labels = None
depends_on = None

EVENTS = (
    "signed_in", "refused", "limited", "signed_out", "ended", "password_changed", "code_refused",
    "second_factor_changed", "door_shut", "form_refused", "personal_data", "file_damaged",
)  # fmt: skip
NOTICES = (
    "enrolled", "moved_up", "certificate_issued", "results_in", "role_granted", "import_finished",
    "sign_up_decided", "invited", "password_forgotten", "password_changed", "request_answered",
)  # fmt: skip
NEW = ("identity_changed",)
OF_NEW = "notice_id IN (SELECT id FROM notice WHERE {})"


def among(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def allow(table: str, listed: str, kinds: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_{listed}")
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, among(kinds))


def upgrade() -> None:
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("sub", sa.String(255), nullable=False),
        sa.Column("shown_as", sa.String(100), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_external_identity_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
        sa.UniqueConstraint("issuer", "sub", name=op.f("uq_external_identity_issuer_sub")),
        sa.UniqueConstraint(
            "person_id", "issuer", name=op.f("uq_external_identity_person_id_issuer")
        ),
    )
    allow("security_event", "securitykind", EVENTS + NEW)
    for table in ("notice", "notice_choice"):
        allow(table, "noticekind", NOTICES + NEW)


def downgrade() -> None:
    op.execute(f"DELETE FROM notice_delivery WHERE {OF_NEW.format(among(NEW))}")
    for table in ("notice", "notice_choice"):
        op.execute(f"DELETE FROM {table} WHERE {among(NEW)}")
        allow(table, "noticekind", NOTICES)
    op.execute(f"DELETE FROM security_event WHERE {among(NEW)}")
    allow("security_event", "securitykind", EVENTS)
    op.drop_table("external_identity")
