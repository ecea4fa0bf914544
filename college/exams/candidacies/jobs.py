"""The worker's part: who is to be reminded today is looked for every hour, and told once."""

from collections.abc import Sequence
from functools import partial

from college.core import clock
from college.exams.candidacies.reminders import due_reminders, remind
from college.people.notices.stages import tell_due

SECONDS = 3600  # between two looks


def remind_due(usual: Sequence[int]) -> int:
    """Remind everybody for whom it is time; returns how many were told."""
    return tell_due(partial(due_reminders, clock.today(), usual), remind)
