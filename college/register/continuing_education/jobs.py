"""The worker's part: who is to be warned today is looked for every hour, and warned once."""

from functools import partial

from college.core import clock
from college.people.notices.stages import tell_due
from college.register.continuing_education.warnings import endings, warn_of_end

SECONDS = 3600  # between two looks


def warn_due() -> int:
    """Warn everybody for whom it is time; returns how many were."""
    return tell_due(partial(endings, clock.today()), warn_of_end)
