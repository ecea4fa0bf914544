import sqlalchemy as sa

from college.core.deeds import DAY, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.register.reviews.models import Review, ReviewState, ReviewStep

NOUN = Noun(
    model=Review,
    see=Can.REVIEWS_SEE,
    of_person=True,
    named=sa.select(Review.id),
    reads={"state": ReviewState, "on": DAY},
    deeds={
        "take_review_step": deed(
            say("%(who)s recorded of the senior review of %(whom)s: %(state)s, %(on)s"),
            say("%(who)s recorded a step of the senior review of %(whom)s"),
            say("%(who)s recorded a step of a senior review"),
            many=say("%(who)s recorded %(n)s steps of senior reviews"),
        ),
    },
)
STEPS = Noun(
    model=ReviewStep,
    see=Can.REVIEWS_SEE,
    of_person=True,
    named=sa.select(ReviewStep.id).join(ReviewStep.review),
    inside={Review: Review.id},
    reads={"state": ReviewState, "on": DAY, "old_on": DAY},
    deeds={
        "correct_review_step": deed(
            say(
                "%(who)s corrected a step of the senior review of %(whom)s: %(state)s, %(on)s "
                "instead of %(old_on)s"
            ),
            say("%(who)s corrected a step of a senior review"),
            many=say("%(who)s corrected %(n)s steps of senior reviews"),
        ),
    },
)
