from flask_babel import lazy_gettext as _
from wtforms import BooleanField, PasswordField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from college.reports.personal_data.models import RequestKind
from college.web.forms import Form, or_empty
from college.web.jinja import said


class AskForm(Form):
    kind = RadioField(_("What should be done"), [InputRequired()], coerce=RequestKind)
    text = TextAreaField(_("In your words"), [Length(max=1000)], filters=[or_empty])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, said(kind)) for kind in RequestKind]


class AnswerForm(Form):
    reason = TextAreaField(
        _("Your answer"), [DataRequired(_("Say why: the person reads it.")), Length(max=300)]
    )


class DeleteForm(AnswerForm):
    aside = frozenset({"is_sure"})

    is_sure = BooleanField(
        _("I have read what stays and what goes. It cannot be undone."),
        [DataRequired(_("Tick this first: a deletion cannot be undone."))],
    )


class PasswordAgainForm(Form):
    password = PasswordField(_("Present password"), [InputRequired(), Length(max=200)])
