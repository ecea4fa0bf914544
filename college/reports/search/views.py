from flask import render_template, request

from college.people.persons.queries import found
from college.web.pages import Pages, current_actor

bp = Pages("search", __name__)


@bp.get("/search", can="signed in")
def find() -> str:
    words = request.args.get("q", "").strip()
    people = found(current_actor(), words)
    return render_template("reports/search/find.html", words=words, people=people)
