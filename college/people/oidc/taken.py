"""Whom an identity can be linked with: nobody else has it, and nobody has two of one provider."""

from college.core.errors import Conflict
from college.core.text import say
from college.people.oidc.queries import identities, known_as


class LinkedToAnother(Conflict):
    code = "linked_to_another"
    message = say(
        "This account is linked with somebody else’s account of the college. If both are yours, "
        "sign in with the other one and unlink it there."
    )


class LinkedAlready(Conflict):
    code = "linked_already"
    message = say("Your account is linked already. Unlink that first, then link another.")


def refuse_taken(person_id: int, issuer: str, subject: str) -> None:
    """Raises LinkedToAnother, LinkedAlready."""
    held = known_as(issuer, subject)
    if held is not None and held.person_id != person_id:
        raise LinkedToAnother
    if any(each.issuer == issuer for each in identities(person_id)):
        raise LinkedAlready
