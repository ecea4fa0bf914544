"""The worker's part: who falls behind is looked for every hour, and told once a week."""

from functools import partial

from college.core import clock
from college.exams.cohorts.warnings import due_tutors, tell_tutors
from college.people.notices.stages import tell_due

SECONDS = 3600  # between two looks


def warn_due() -> int:
    """Tell every tutor for whom it is time; returns how many were told."""
    return tell_due(partial(due_tutors, clock.today()), tell_tutors)
