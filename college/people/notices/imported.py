"""Telling whoever had a sheet imported that it is in."""

from college.core.imports import SheetImport
from college.people.notices.models import NoticeKind
from college.people.notices.telling import tell


def tell_imported(row: SheetImport, *, changed: int, page: str) -> None:
    """Tell who ordered it, if anybody did, what became of its rows; `page` is its own."""
    if row.ordered_by_id is not None:
        counted = {"new": row.rows_new, "changed": changed, "refused": row.rows_refused}
        named = {"file": row.filename, "page": page}
        tell(NoticeKind.IMPORT_FINISHED, row.ordered_by_id, {**counted, **named})
