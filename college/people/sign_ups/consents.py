"""Which texts somebody agrees to who registers, named before anybody is on record."""

from collections.abc import Sequence

from college.core.errors import Conflict, RuleBroken
from college.core.text import say
from college.people.consents.models import ConsentKind, ConsentText
from college.people.consents.queries import in_force

ASKED = (ConsentKind.PRIVACY, ConsentKind.ID_NUMBER)


class NoTextYet(RuleBroken):
    code = "no_text_yet"
    message = say("The college has not published its privacy notice yet. Ask the academic office.")


class TextChanged(Conflict):
    code = "text_changed"
    message = say("A text changed while you were writing. Read the new one, then agree again.")


def shown_texts() -> Sequence[ConsentText]:
    """Those in force today that a registration needs a yes to."""
    texts = in_force()
    return [texts[kind] for kind in ASKED if kind in texts]


def named(texts: Sequence[ConsentText]) -> str:
    """As a registration keeps them: "privacy-2 id_number-1"."""
    return " ".join(text.code for text in texts)


def agreed_to(shown: str) -> str:
    """What somebody agreed to who had these before their eyes. Raises NoTextYet, TextChanged."""
    now = shown_texts()
    if len(now) < len(ASKED):
        raise NoTextYet
    if shown != named(now):
        raise TextChanged
    return named(now)
