"""What can go wrong in the domain. No HTTP here: web/errors.py does the translating."""

from typing import Any

from college.core.text import say


class DomainError(Exception):
    """Base class: `message` is shown to the user, `code` is for the API and for tests.

    The facts fill the blanks of the message after translation: `EnrolmentClosed(title=run.title)`.
    """

    code = "domain_error"
    message = say("This could not be done.")
    field: str | None = None  # the form field to blame, if there is one

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with the facts, which the constructor takes by name."""
        return revived, (type(self), self.facts)


def revived(kind: type[DomainError], facts: dict[str, object]) -> DomainError:
    return kind(**facts)


class NotFound(DomainError):
    code, message = "not_found", say("We did not find this.")


class NotAllowed(DomainError):
    code, message = "not_allowed", say("Your account may not open it. Nothing was changed.")


class Conflict(DomainError):
    code, message = "conflict", say("The same record exists already.")


class Stale(Conflict):
    """Somebody changed the row since the reader saw it; the facts carry both values.

    `who`, `theirs` and `yours` are for the sentence; `stored` (theirs, as one would type it) and
    `version` let a page offer the choice.
    """

    code = "stale"
    message = say("%(who)s recorded %(theirs)s in the meantime; you entered %(yours)s. Choose one.")


class Unavailable(DomainError):
    """Something the college needs is away for the moment; nothing was begun, try again."""

    retry_seconds = 30  # what ended takes about so long to be back

    code, message = "unavailable", say("The college cannot do this at the moment. Try again soon.")


class Changed(Conflict):
    """Somebody changed `row` after the reader opened the page; the page shows what stands now."""

    code = "changed"
    message = say(
        "%(who)s changed this after you had opened the page. "
        "Look at what stands now, and decide again."
    )

    def __init__(self, row: object, **facts: object) -> None:
        super().__init__(**facts)
        self.row = row


class RuleBroken(DomainError):
    code, message = "rule_broken", say("The rules do not allow this.")
