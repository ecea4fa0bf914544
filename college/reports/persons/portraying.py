"""A photo is kept with the separate consent of whom it shows (PIPL art. 29)."""

from college.core.errors import RuleBroken
from college.core.roles import Actor
from college.core.text import say
from college.people.consents.models import ConsentKind, ConsentText, ConsentWay
from college.people.consents.operations import agree
from college.people.consents.queries import has_agreed, in_force, is_photo_refused
from college.people.persons import photos
from college.people.persons.models import Person


class AgreeFirst(RuleBroken):
    code, field = "agree_first", "agrees"
    message = say("Agree first that the college keeps your photo.")


class PhotoNotWanted(RuleBroken):
    code, field = "photo_not_wanted", "photo"
    message = say("This person took the consent to a photo back. They alone can give it again.")


def text_to_agree_to(actor: Actor, person: Person) -> ConsentText | None:
    """What somebody has to agree to who uploads their own photo; None: they did, or need not."""
    if actor.person_id != person.id or has_agreed(person.id, ConsentKind.PHOTO):
        return None
    return in_force().get(ConsentKind.PHOTO)


def portrayed(
    actor: Actor, person: Person, *, photo: photos.Upload, agrees: bool = False
) -> Person:
    """Take in what was uploaded. Raises AgreeFirst, PhotoNotWanted, NotAllowed, PhotoRefused."""
    text = text_to_agree_to(actor, person)
    if text is not None and not agrees:
        raise AgreeFirst
    if actor.person_id != person.id and is_photo_refused(person.id):
        raise PhotoNotWanted
    kept = photos.take_in(actor, person, photo=photo)
    if text is not None:
        agree(actor, [text], way=ConsentWay.UPLOAD)
    return kept
