"""The first version of each text, as it ships: the college's name and phone are filled in once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from college.core import clock
from college.people.consents.models import ConsentKind, ConsentText

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class House:
    """Who decides about the data, and where to ask."""

    name: str
    name_en: str
    phone: str

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        return cls(config["COLLEGE_NAME"], config["COLLEGE_NAME_EN"], config["PHONE"])


def first_texts(house: House) -> Iterator[ConsentText]:
    for kind in ConsentKind:
        title, text = _read(kind, "zh", house)
        title_en, text_en = _read(kind, "en", house)
        yield ConsentText(
            kind=kind,
            edition=1,
            title=title,
            title_en=title_en,
            text=text,
            text_en=text_en,
            renews=True,
            from_on=clock.today(),
        )


def _read(kind: ConsentKind, language: str, house: House) -> tuple[str, str]:
    """The first line is the title."""
    raw = (TEXTS / f"{kind.value}.{language}.txt").read_text("utf-8")
    for blank, value in (
        ("{college}", house.name),
        ("{college_en}", house.name_en),
        ("{phone}", house.phone),
    ):
        raw = raw.replace(blank, value)
    title, _, text = raw.strip().partition("\n")
    return title, text.strip()
