from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import InputRequired

from college.certs.certificates.models import RevocationReason
from college.web.forms import Form
from college.web.jinja import said


class RevokeForm(Form):
    reason = RadioField(
        _("What the verification page says"),
        [InputRequired(_("Choose a reason: whoever verifies the paper reads it."))],
        coerce=lambda value: RevocationReason(value),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [(reason, said(reason)) for reason in RevocationReason]
