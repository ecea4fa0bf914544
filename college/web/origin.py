"""Where a write was sent from, by the browser's own word: asked beside the form's token."""

from urllib.parse import urlsplit

from flask import Flask, current_app, request

from college.core.errors import NotAllowed
from college.core.text import say

SAFE = {"GET", "HEAD", "OPTIONS"}
OURS = {"same-origin", "none"}  # none: the person's own doing, such as restoring a tab


class ForeignOrigin(NotAllowed):
    code = "foreign_origin"
    message = say(
        "This was sent from another site, so nothing was changed. Open the page here and send it "
        "from there."
    )


def install(app: Flask) -> None:
    """Before the token is asked, so that the answer names the graver reason."""
    app.before_request(refuse_strangers)


def refuse_strangers() -> None:
    """A browser says one of the two with every write; a program that says neither has no cookie."""
    if request.method in SAFE:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    is_foreign = site not in OURS if site is not None else origin not in (None, *_own_origins())
    if is_foreign:
        raise ForeignOrigin


def _own_origins() -> set[str]:
    public = urlsplit(current_app.config["PUBLIC_URL"])
    return {f"{request.scheme}://{request.host}", f"{public.scheme}://{public.netloc}"}
