"""Who can enter an account is its person: so nobody opens one for whoever may more than they do."""

from college.core.errors import RuleBroken
from college.core.roles import Actor
from college.core.text import say
from college.people.persons.models import Person
from college.people.roles.queries import out_of_reach


class MayMoreThanYou(RuleBroken):
    code = "may_more_than_you"
    message = say("%(name)s has roles that you could not give. The academic office does this.")


def refuse_takeover(actor: Actor, person: Person) -> None:
    """Raises MayMoreThanYou."""
    if out_of_reach(actor, [person.id]):
        raise MayMoreThanYou(name=person.full_name)
