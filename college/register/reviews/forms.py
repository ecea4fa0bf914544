from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from college.core.roles import Actor
from college.people.persons.models import Person
from college.register.reviews.models import REVIEW_MOVES, Review, ReviewState, ReviewStep
from college.register.reviews.operations import (
    Step,
    apply_for_review,
    correct_review_step,
    take_review_step,
)
from college.register.reviews.queries import Wanted
from college.register.reviews.stages import Stage
from college.register.steps import DatedFilter, StepForm
from college.web.forms import one_of, or_empty
from college.web.jinja import said


class FilterForm(DatedFilter):
    stage = SelectField(_("How far"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage.choices = [("", _("All")), *((stage.value, said(stage)) for stage in Stage)]

    def wanted(self) -> Wanted:
        stage = one_of(Stage, self.stage.data)
        return Wanted(self.day(), self.known_at(), self.words(), stage)


class NoticeForm(StepForm):
    to_on = DateField(_("Last day of the public notice"), [Optional()])


class ApplyForm(StepForm):
    committee = StringField(_("Review committee"), [Length(max=120)], filters=[or_empty])
    until_on = DateField(_("Statement valid until"), [Optional()])
    ground = StringField(
        _("Ground, where it is not three years"), [Length(max=200)], filters=[or_empty]
    )


class MoveForm(NoticeForm):
    state = SelectField(_("What the committee says"), [InputRequired()], coerce=ReviewState)
    management_no = StringField(_("Management number"), [Length(max=32)], filters=[or_empty])

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nexts = REVIEW_MOVES.get(review.state, frozenset())
        self.state.choices = [(s.value, said(s)) for s in ReviewState if s in nexts]
        if ReviewState.NOTICED not in nexts:
            del self.to_on
        if ReviewState.TITLED not in nexts:
            del self.management_no


def apply_typed(
    actor: Actor,
    person: Person,
    *,
    committee: str,
    until_on: date | None,
    ground: str,
    **step: Any,
) -> Review:
    return apply_for_review(
        actor, person, Step(**step), committee=committee, until_on=until_on, ground=ground
    )


def move_typed(
    actor: Actor, review: Review, *, state: ReviewState, management_no: str = "", **step: Any
) -> Review:
    return take_review_step(actor, review, Step(**step), state=state, management_no=management_no)


def correct_typed(actor: Actor, old: ReviewStep, **step: Any) -> ReviewStep:
    return correct_review_step(actor, old, Step(**step))
