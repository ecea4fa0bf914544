"""tell people

Revision ID: tell_people
Revises: ask_a_second_factor
"""

import sqlalchemy as sa
from alembic import op

revision = "tell_people"
down_revision = "ask_a_second_factor"
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
)
CHANNELS = ("in_app", "mail", "sms", "wecom")
STATES = ("waiting", "failed", "sent", "given_up")
OBSTACLES = (
    "unreachable",
    "untrusted",
    "shut_out",
    "refused",
    "address_refused",
    "no_address",
    "demo",
    "too_late",
    "deadly",
    "unforeseen",
)


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment(name: str, *, nullable: bool) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", closed("noticekind", *KINDS), nullable=False),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        moment("told_at", nullable=False),
        moment("read_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_person_id_read_at", "notice", ["person_id", "read_at"])
    op.create_table(
        "notice_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("channel", closed("channel", *CHANNELS), nullable=False),
        sa.Column("state", closed("deliverystate", *STATES), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        moment("next_try_at", nullable=False),
        sa.Column("claim", sa.String(32), nullable=False),
        moment("claimed_until", nullable=True),
        moment("sent_at", nullable=True),
        sa.Column("obstacle", closed("obstacle", *OBSTACLES), nullable=True),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        moment("expires_at", nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)",
            name=op.f("ck_notice_delivery_sent_when_it_was"),
        ),
        sa.CheckConstraint(
            "tries >= 0 AND edition >= 1", name=op.f("ck_notice_delivery_counts_up")
        ),
        sa.CheckConstraint(
            "channel <> 'in_app'", name=op.f("ck_notice_delivery_leaves_the_college")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_delivery_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint(
            "notice_id", "channel", name=op.f("uq_notice_delivery_notice_id_channel")
        ),
    )
    op.create_index(
        "ix_notice_delivery_state_next_try_at", "notice_delivery", ["state", "next_try_at"]
    )
    op.create_table(
        "notice_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", closed("noticekind", *KINDS), nullable=False),
        sa.Column("channel", closed("channel", *CHANNELS), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choice")),
        sa.UniqueConstraint(
            "person_id", "kind", "channel", name=op.f("uq_notice_choice_person_id_kind_channel")
        ),
    )


def downgrade() -> None:
    op.drop_table("notice_choice")
    op.drop_table("notice_delivery")
    op.drop_table("notice")
