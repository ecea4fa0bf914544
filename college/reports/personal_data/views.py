from flask import render_template

from college.reports.personal_data import queries
from college.web.pages import Pages, current_actor

bp = Pages("personal_data", __name__)


@bp.get("/me/data", can="signed in")
def mine() -> str:
    actor = current_actor()
    return render_template(
        "reports/personal_data/mine.html", page=queries.own_page(actor), me=actor.person_id
    )
