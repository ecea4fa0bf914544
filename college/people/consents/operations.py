"""Publishing texts and agreeing to them: the only code that makes either."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict, NotAllowed, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.consents.giving import given
from college.people.consents.models import Consent, ConsentKind, ConsentText, ConsentWay
from college.people.consents.queries import newest
from college.people.consents.shipped import House, first_texts


class PublishedMeanwhile(Conflict):
    code = "published_meanwhile"
    message = say("Somebody published a new version meanwhile. Look at it, then begin with that.")


class FromTooEarly(RuleBroken):
    code, field = "from_too_early", "from_on"
    message = say("A text holds from %(day)s at the earliest: nobody could read it before.")


class NothingChanged(RuleBroken):
    code, field = "nothing_changed", "text"
    message = say("This is word for word what is published already.")


class NotInForce(RuleBroken):
    code = "not_in_force"
    message = say("This text is not in force any more, or not yet. Look at the one that is.")


class NothingTicked(RuleBroken):
    code, field = "nothing_ticked", "texts"
    message = say("Tick what you agree to. Without your agreement the college may not go on.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """The next version as it was written; `follows` is the one its author saw, 0 for none."""

    kind: ConsentKind
    title: str
    title_en: str
    text: str
    text_en: str
    renews: bool
    from_on: date
    follows: int | None

    @property
    def words(self) -> dict[str, str]:
        """Without what stands around them, and with the same ends of lines everywhere."""
        every = {name: getattr(self, name) for name in ("title", "title_en", "text", "text_en")}
        return {name: "\n".join(text.strip().splitlines()) for name, text in every.items()}


@operation
def publish_text(actor: Actor, new: NewText) -> ConsentText:
    """Publish the next version. It stands as it is from then on.

    Raises NotAllowed, PublishedMeanwhile, FromTooEarly, NothingChanged.
    """
    require(actor, Can.CONSENTS_PUBLISH)
    last = newest(new.kind)
    if new.follows != (last.edition if last else 0):
        raise PublishedMeanwhile
    earliest = max(clock.today(), last.from_on) if last else clock.today()
    if new.from_on < earliest:
        raise FromTooEarly(day=earliest)
    if last and all(getattr(last, name) == text for name, text in new.words.items()):
        raise NothingChanged
    made = ConsentText(
        kind=new.kind,
        edition=last.edition + 1 if last else 1,
        renews=new.renews,
        from_on=new.from_on,
        published_by_id=actor.person_id,
        **new.words,
    )
    db.session.add(made)
    _journal(actor, made)
    return made


@operation
def adopt_texts(actor: Actor, house: House) -> list[ConsentText]:
    """Publish the texts that ship with the software, for kinds that have none yet."""
    require(actor, Can.CONSENTS_PUBLISH)
    new = [text for text in first_texts(house) if newest(text.kind) is None]
    db.session.add_all(new)
    for text in new:
        _journal(actor, text)
    return new


@operation
def agree(actor: Actor, texts: Collection[ConsentText], *, way: ConsentWay) -> list[Consent]:
    """Say yes for oneself; what was said before is not said twice. Raises NotAllowed, NotInForce.

    The texts are those in force; who had an older one before their eyes reads the new one first.
    """
    require(actor, Can.CONSENTS_GIVE)
    if actor.person_id is None:
        raise NotAllowed(can=Can.CONSENTS_GIVE)
    if any(text.is_in_future or _is_replaced(text) for text in texts):
        raise NotInForce
    return given(actor, actor.person_id, texts, way)


def _journal(actor: Actor, text: ConsentText) -> None:
    db.session.flush()
    kind, edition, renews = text.kind, text.edition, text.renews
    journal.record(actor, "publish_text", text, kind=kind, edition=edition, renews=renews)


def _is_replaced(text: ConsentText) -> bool:
    last = newest(text.kind)
    return last is not None and last.edition > text.edition and not last.is_in_future
