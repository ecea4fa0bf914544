from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from college.people.accounts.forms import ProofForm
from college.people.passkeys.models import NAME_LENGTH
from college.web.forms import Form

NO_ANSWER = _("Your device said nothing. Please try again.")
LONGEST = 20_000  # characters: a key with the papers of its maker stays far below


def name_field() -> StringField:
    return StringField(
        _("Name of the passkey"), [DataRequired(), Length(max=NAME_LENGTH)], filters=[_trimmed]
    )


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


class AddForm(ProofForm):
    name = name_field()


class NameForm(Form):
    name = name_field()


class AnswerForm(Form):
    """What the script of the page put in for the device."""

    credential = HiddenField(validators=[InputRequired(NO_ANSWER), Length(max=LONGEST)])
