"""The worker's part: whose statement runs out is looked for every hour, and each is told once."""

from functools import partial

from college.core import clock
from college.people.notices.stages import tell_in_turn
from college.register.reviews.warnings import running_out, warn_of_statements

SECONDS = 3600  # between two looks


def warn_due() -> int:
    """Warn everybody for whom it is time; returns how many were."""
    return tell_in_turn(partial(running_out, clock.today()), warn_of_statements)
