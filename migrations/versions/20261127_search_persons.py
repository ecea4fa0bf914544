"""search persons by any two characters, and correct their pinyin by hand

Revision ID: search_persons
Revises: invite_people
"""

import re
from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

revision = "search_persons"
down_revision = "invite_people"
branch_labels = None
depends_on = None

NAME = "ck_person_idtype"
BEFORE = ("resident_id", "hk_macao_permit", "taiwan_permit", "passport")
AFTER = ("resident_id", "residence_permit", "hk_macao_permit", "taiwan_permit", "passport")
person = sa.table(
    "person",
    *map(sa.column, ("id", "full_name", "sort_key", "initials", "id_number_masked")),
    *map(sa.column, ("phone_masked", "search_text")),
)


def upgrade() -> None:
    op.drop_index("ix_person_sort_key", "person")
    with op.batch_alter_table("person") as table:
        table.add_column(
            sa.Column("has_own_pinyin", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(
            sa.Column("search_text", sa.String(500), nullable=False, server_default="")
        )
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), _one_of(AFTER))
    _fill()
    with op.batch_alter_table("person") as table:
        table.alter_column("has_own_pinyin", server_default=None)
        table.alter_column("search_text", server_default=None)
    op.create_index("ix_person_search", "person", ["sort_key", "id", "search_text"])


def downgrade() -> None:
    op.execute("UPDATE person SET id_type = 'resident_id' WHERE id_type = 'residence_permit'")
    op.drop_index("ix_person_search", "person")
    with op.batch_alter_table("person") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), _one_of(BEFORE))
        table.drop_column("search_text")
        table.drop_column("has_own_pinyin")
    op.create_index("ix_person_sort_key", "person", ["sort_key"])


def _one_of(values: tuple[str, ...]) -> str:
    return "id_type IN (" + ", ".join(f"'{value}'" for value in values) + ")"


def _fill() -> None:
    """As the application writes it; a sort key may hold marks that it no longer has."""
    connection = op.get_bind()
    changes = [
        {"person_id": row.id, "text": _searchable(row)}
        for row in connection.execute(sa.select(person)).all()
    ]
    if changes:
        same = person.c.id == sa.bindparam("person_id")
        connection.execute(
            person.update().where(same).values(search_text=sa.bindparam("text")), changes
        )


def _searchable(row: sa.Row) -> str:
    tails = [text[-4:].strip("*").lower() for text in (row.id_number_masked, row.phone_masked)]
    known = [_folded(row.full_name)[:200], _folded(row.sort_key), _folded(row.initials)]
    return " ".join(known + [tail for tail in tails if tail])


def _folded(text: str) -> str:
    apart = re.sub("[\u0300-\u036f]", "", normalize("NFKD", text).casefold())
    return re.sub("[\\s\u00b7'\u2019-]+", "", normalize("NFC", apart))
