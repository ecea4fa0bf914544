"""Which texts are in force, what somebody agreed to, and what they have to be asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import require, visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.people.accounts.models import Account
from college.people.consents.models import Consent, ConsentKind, ConsentText
from college.people.persons.models import Person

Texts = Mapping[ConsentKind, ConsentText]


@dataclass(frozen=True, slots=True)
class Due:
    """A text that a person has to be asked about.

    `is_needed`: without a yes the college may not go on (PIPL art. 13, 14); a separate consent is
    never forced. `before`: the version that they agreed to last.
    """

    text: ConsentText
    is_needed: bool
    before: ConsentText | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Of those who stand on record: who agreed to this version, and who took it back.

    `earlier` agreed to an older version alone; `not_yet` have an account and agreed to none.
    """

    agreed: int
    withdrawn: int
    earlier: int = 0
    not_yet: int = 0


@dataclass(frozen=True, slots=True)
class KindPage:
    """A kind with what is in force, its versions, the newest first, and how many agreed."""

    kind: ConsentKind
    now: ConsentText | None
    versions: Sequence[tuple[ConsentText, Counts]]
    counts: Counts


def in_force(day: date | None = None) -> Texts:
    """The text of each kind that holds on a day: the newest that has begun."""
    begun = ConsentText.from_on <= (day or clock.today())
    chosen = sa.select(ConsentText).where(begun).order_by(ConsentText.edition)
    return {text.kind: text for text in db.session.scalars(chosen)}  # the last one stays


def newest(kind: ConsentKind) -> ConsentText | None:
    """The last version, whether it holds yet or not."""
    chosen = sa.select(ConsentText).where(ConsentText.kind == kind)
    return db.session.scalar(chosen.order_by(ConsentText.edition.desc()).limit(1))


def one(text_id: int) -> ConsentText:
    """A published text, for anybody to read. Raises NotFound."""
    chosen = sa.select(ConsentText).options(joinedload(ConsentText.published_by))
    text = db.session.scalar(chosen.where(ConsentText.id == text_id))
    if text is None:
        raise NotFound
    return text


def one_before(text: ConsentText) -> ConsentText | None:
    earlier = (ConsentText.kind == text.kind) & (ConsentText.edition < text.edition)
    chosen = sa.select(ConsentText).where(earlier)
    return db.session.scalar(chosen.order_by(ConsentText.edition.desc()).limit(1))


def by_codes(codes: Collection[str]) -> Sequence[ConsentText]:
    """The texts that a registration names; what it called a text before there were any is none."""
    chosen = sa.select(ConsentText).order_by(ConsentText.id)
    return [text for text in db.session.scalars(chosen) if text.code in codes]


def given_by(person_id: int) -> Sequence[Consent]:
    """All that a person agreed to, taken back or not, the newest first."""
    mine = sa.select(Consent).where(Consent.person_id == person_id)
    return db.session.scalars(mine.order_by(Consent.given_at.desc(), Consent.id.desc())).all()


def own(actor: Actor) -> Sequence[Consent]:
    mine = sa.select(Consent).where(visible(Consent, actor, Can.CONSENTS_GIVE))
    return db.session.scalars(mine.order_by(Consent.given_at.desc(), Consent.id.desc())).all()


def due_for(person: Person) -> Sequence[Due]:
    """What the person has to be asked about today, what is needed first."""
    texts, given = in_force(), given_by(person.id)
    asked = [_due(texts[kind], given, person) for kind in ConsentKind if kind in texts]
    return [due for due in asked if due is not None]


def is_photo_refused(person_id: int) -> bool:
    """Whether the person took back what they had said about their photo."""
    return _is_taken_back([c for c in given_by(person_id) if c.text.kind is ConsentKind.PHOTO])


def has_agreed(person_id: int, kind: ConsentKind) -> bool:
    return any(c.is_given and c.text.kind is kind for c in given_by(person_id))


def kind_pages(actor: Actor) -> Sequence[KindPage]:
    """What the office looks after: each kind with its versions and counts."""
    require(actor, Can.CONSENTS_SEE)
    texts, found = in_force(), _counts()
    chosen = sa.select(ConsentText).options(joinedload(ConsentText.published_by))
    every = db.session.scalars(chosen.order_by(ConsentText.edition.desc())).all()
    pages = []
    for kind in ConsentKind:
        mine = [(text, found.get(text.id, Counts(0, 0))) for text in every if text.kind is kind]
        pages.append(KindPage(kind, texts.get(kind), mine, _of_kind(kind, texts.get(kind))))
    return pages


def agreements(actor: Actor, text: ConsentText) -> sa.Select[Consent]:
    """Choose who agreed to this version, in the order of their names."""
    may = visible(Consent, actor, Can.CONSENTS_SEE)
    chosen = sa.select(Consent).join(Consent.person).where(Consent.text_id == text.id, may)
    chosen = chosen.options(sa.orm.contains_eager(Consent.person))
    return chosen.order_by(Person.sort_key, Person.id, Consent.id)


def counts_of(text: ConsentText) -> Counts:
    return _counts().get(text.id, Counts(0, 0))


def _due(text: ConsentText, given: Sequence[Consent], person: Person) -> Due | None:
    mine = [c for c in given if c.text.kind is text.kind]
    said = [c.text for c in mine if c.is_given]
    if text in said:
        return None
    if said:
        before = max(said, key=lambda each: each.edition)
        renews = _renews_since(before, text)
        return Due(text, renews and not text.kind.is_separate, before)
    if text.kind.is_separate and (_is_taken_back(mine) or not _is_kept(text.kind, person)):
        return None
    return Due(text, not text.kind.is_separate, None)


def _renews_since(before: ConsentText, text: ConsentText) -> bool:
    between = (ConsentText.edition > before.edition) & (ConsentText.edition <= text.edition)
    same = ConsentText.kind == text.kind
    return bool(db.session.scalar(sa.select(sa.exists().where(same, between, ConsentText.renews))))


def _is_taken_back(mine: Sequence[Consent]) -> bool:
    return bool(mine) and not any(c.is_given for c in mine)


def _is_kept(kind: ConsentKind, person: Person) -> bool:
    """Whether there is anything on record that this separate consent is about."""
    return bool(person.photo_sha256 if kind is ConsentKind.PHOTO else person.id_number_key)


def _counts() -> Mapping[int, Counts]:
    is_given = sa.func.count().filter(Consent.withdrawn_at.is_(None))
    is_over = sa.func.count().filter(Consent.withdrawn_at.is_not(None))
    chosen = sa.select(Consent.text_id, is_given, is_over).group_by(Consent.text_id)
    return {row[0]: Counts(row[1], row[2]) for row in db.session.execute(chosen)}


def _of_kind(kind: ConsentKind, now: ConsentText | None) -> Counts:
    """How many people agreed to what is in force, to something older, to nothing yet."""
    given = sa.select(Consent.person_id).join(ConsentText).where(ConsentText.kind == kind)
    holds = given.where(Consent.withdrawn_at.is_(None))
    latest = holds.where(Consent.text_id == (now.id if now else 0))
    back = given.where(Consent.person_id.not_in(holds))
    asked = sa.select(Account.person_id).where(Account.person_id.not_in(given))
    older = holds.where(Consent.person_id.not_in(latest))
    counted = (_people(latest), _people(back), _people(older), _people(asked))
    return Counts(*db.session.execute(sa.select(*counted)).one())


def _people(chosen: sa.Select[int]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(chosen.distinct().subquery()).scalar_subquery()
