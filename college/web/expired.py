"""What somebody typed into a form that stood open too long: kept, and sent again by their hand.

Nothing is sent by itself and nothing is stored. The values go back only to the person who typed
them, within the sign-in whose token the form carries, and only to a page of our own.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, request, session
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer

from college.web.language import own_path

TOKEN = "csrf_token"  # noqa: S105 -- the name of the field
RENEWED = {TOKEN, "once"}  # the versions that its reader saw are kept with the rest
SALT = "wtf-csrf-token"  # Flask-WTF's
SECRET = "password"  # noqa: S105 -- a field whose name says so is never kept


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the form goes, its fields as typed, and whether files have to be chosen anew."""

    action: str
    fields: list[tuple[str, str]]
    has_files: bool

    @property
    def texts(self) -> list[str]:
        """What the person will know again: not the numbers, choices and versions beside it."""
        return [value for _, value in self.fields if len(value) > 2 and not value.isascii()]


def kept() -> Kept | None:
    """The expired form of this request; None unless it is surely the reader's own."""
    is_own = _is_of_this_sign_in() and _is_from_our_page()
    return sent() if is_own and current_user.is_authenticated else None


def sent() -> Kept:
    """What this request sent, whoever sent it: ask that first."""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in RENEWED and SECRET not in name.lower()
    ]
    return Kept(own_path(request.full_path.rstrip("?")), fields, bool(request.files))


def _is_of_this_sign_in() -> bool:
    """Whether the form's token, however old, was given out within this very sign-in."""
    reader = URLSafeTimedSerializer(str(current_app.secret_key), salt=SALT)
    try:
        said = reader.loads(request.form.get(TOKEN, ""))
    except BadData:
        return False
    return said is not None and said == session.get(TOKEN)


def _is_from_our_page() -> bool:
    """What the browser says of where the form stood; one that says nothing is not believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return (origin.scheme, origin.netloc) == (request.scheme, request.host)
