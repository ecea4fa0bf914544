"""What fills the blanks of a notice, kept encrypted and for this one notice's person and kind."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from college.core import crypto
from college.core.text import Remark
from college.people.notices.models import NoticeKind

Values = Mapping[str, object]


def sealed(kind: NoticeKind, person_id: int | None, values: Values) -> bytes:
    """Encrypt the values; a member of a closed list is kept as the sentence of its label.

    Several in a tuple are said one after the other.
    """
    plain = {name: _flat(value) for name, value in values.items() if value is not None}
    return crypto.seal(json.dumps(plain, ensure_ascii=False), bound=_bound(kind, person_id))


def opened(kind: NoticeKind, person_id: int | None, kept: bytes) -> dict[str, object]:
    plain = json.loads(crypto.unseal(kept, bound=_bound(kind, person_id)))
    return {name: _full(value) for name, value in plain.items()}


def _bound(kind: NoticeKind, person_id: int | None) -> bytes:
    return f"notice/{kind.value}/{person_id or 0}".encode()


def _flat(value: object) -> object:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, tuple):
        return {"all": [_flat(each) for each in value]}
    if isinstance(value, Enum):
        return {"said": getattr(value, "label", str(value.value))}
    return value if isinstance(value, int | str) else str(value)


def _full(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    ((what, text),) = value.items()
    if what == "all":
        return tuple(_full(each) for each in text)
    readers: dict[str, Callable[[str], object]] = {
        "moment": datetime.fromisoformat,
        "day": date.fromisoformat,
        "said": Remark,
    }
    return readers[what](text)
