"""The worker's part: who is to be warned today is looked for every hour, and warned once."""

from college.core import clock, jobs
from college.core.roles import SYSTEM
from college.register.continuing_education.warnings import AT_ONCE, endings, warn_of_end

SECONDS = 3600  # between two looks


def warn_due() -> int:
    """Warn everybody for whom it is time, some in each transaction; returns how many."""
    count = 0
    while due := endings(clock.today()):
        # a person once: who holds two levels is told of the second in the next round
        some = list({one.person_id: one for one in due[:AT_ONCE]}.values())
        with jobs.transaction():
            count += warn_of_end(SYSTEM, some)
    return count
