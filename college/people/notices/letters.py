"""A notice as a letter: Chinese first and English below, since a letter cannot ask its reader."""

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext

from college.core import clock, crypto
from college.core.text import Remark, say
from college.people.notices import values, wording
from college.people.notices.channels import Letter, NotSent
from college.people.notices.models import Channel, Delivery, Obstacle
from college.people.persons.models import Person
from college.web.forms import sentence
from college.web.language import is_chinese, speaking

HIDDEN = say("(what stands here is for its reader alone)")
RULE = "\n\n————————\n\n"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a letter says, without to whom."""

    subject: str
    text: str
    short: str


def draft(delivery: Delivery, *, secret: str = "") -> Draft:
    """As it is sent, or for a preview with the secret hidden."""
    notice = delivery.notice
    known = values.opened(notice.kind, notice.person_id, notice.values_sealed)
    if delivery.expires_at is not None:
        known |= {"secret": secret or Remark(HIDDEN), "until": delivery.expires_at}
    said = wording.WORDINGS[notice.kind].subject, wording.told(notice.kind, known)
    page = wording.page(notice.kind, known)
    name = notice.person.full_name if notice.person is not None else ""
    with speaking("zh"):
        subject, chinese = gettext(said[0]), _body(name, sentence(said[1]), page)
        short = gettext("%(subject)s. Sign in to the college to read more.", subject=subject)
    with speaking("en"):
        both, english = f"{subject} · {gettext(said[0])}", _body(name, sentence(said[1]), page)
    return Draft(both, chinese + RULE + english + "\n", short)


def letter(delivery: Delivery) -> Letter:
    """What a carrier takes. Raises NotSent when there is nowhere to send it to."""
    secret = crypto.unseal(delivery.secret_sealed) if delivery.secret_sealed else ""
    said, host = draft(delivery, secret=secret), current_app.config["PUBLIC_URL"].partition("//")[2]
    name = f"notice-{delivery.id}-{delivery.edition}"
    # a keyed hash: the number of notices is nobody's business, and no two colleges agree on one
    unique = crypto.lookup_key("notice", f"{delivery.id}/{delivery.edition}")[:32]
    return Letter(
        to=_address(delivery),
        subject=said.subject,
        text=said.text,
        short=said.short,
        message_id=f"{unique}@{host.partition('/')[0].partition(':')[0]}",
        file_name=name,
        written_at=clock.now(),
    )


def _body(name: str, text: str, page: str) -> str:
    config = current_app.config
    lines = [gettext("Dear %(name)s,", name=name) if name else gettext("Good day,"), text]
    if page:
        lines.append(gettext("See: %(address)s", address=f"{config['PUBLIC_URL']}{page}"))
    lines.append(_signed())
    return "\n\n".join(lines)


def _signed() -> str:
    config = current_app.config
    college = config["COLLEGE_NAME"] if is_chinese() else config["COLLEGE_NAME_EN"]
    house = str(
        gettext("%(college)s, academic office: %(phone)s", college=college, phone=config["PHONE"])
    )
    if not config["IS_PRODUCTION"]:
        house += "\n" + gettext("Demo college: the people are invented")
    return house


def _address(delivery: Delivery) -> str:
    if delivery.address_sealed is not None:
        return crypto.unseal(delivery.address_sealed)
    found = _of_person(delivery.notice.person, delivery.channel)
    if not found:
        raise NotSent(Obstacle.NO_ADDRESS, is_vain=True)
    return found


def _of_person(person: Person | None, channel: Channel) -> str:
    if person is None:
        return ""
    if channel is Channel.MAIL:
        return person.email
    return crypto.unseal(person.phone_sealed) if person.phone_sealed else ""
