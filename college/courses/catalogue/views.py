from flask import render_template

from college.courses.catalogue.models import Category
from college.courses.enrolments.offers import next_on_offer
from college.web.pages import Pages, current_actor

bp = Pages("home", __name__)

TILES = 6


@bp.get("/", can="anyone")
def public() -> str:
    runs = next_on_offer(current_actor(), TILES)
    return render_template("home/public.html", runs=runs, categories=Category)
