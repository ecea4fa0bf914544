from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms.validators import InputRequired

from college.web.forms import Form


class CloseForm(Form):
    """Closing cannot be undone, so it takes a tick besides the button."""

    aside = frozenset({"is_sure"})

    accept_missing = BooleanField(_("What is missing stays empty and counts as not achieved."))
    is_sure = BooleanField(
        _("I have looked through both lists. Closing cannot be undone."),
        [InputRequired(_("Tick this once you have looked through the lists."))],
    )
