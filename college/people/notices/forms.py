from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField

from college.people.notices.channels import open_channels
from college.people.notices.models import Channel, NoticeKind
from college.web.forms import Form


class ChoicesForm(Form):
    wanted = SelectMultipleField(_("What I want to be told"))

    def __init__(self, sent: object = None) -> None:
        super().__init__(sent)
        self.wanted.choices = [
            (name_of(kind, channel), "")
            for kind in NoticeKind
            if kind.is_choosable
            for channel in open_channels()
        ]

    @property
    def pairs(self) -> set[tuple[NoticeKind, Channel]]:
        named = (name.split(":") for name in self.wanted.data or ())
        return {(NoticeKind(kind), Channel(channel)) for kind, channel in named}


def name_of(kind: NoticeKind, channel: Channel) -> str:
    return f"{kind.value}:{channel.value}"
