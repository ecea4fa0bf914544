import re

from flask import Response

from college.core.errors import NotFound
from college.core.roles import Can
from college.reports.charts import drawings
from college.web.downloads import picture
from college.web.pages import Pages

bp = Pages("charts", __name__, url_prefix="/reports/charts")


@bp.get("/<key>.svg", can=Can.FIGURES_SEE)
def show(key: str) -> Response:
    svg = drawings.found(key) if re.fullmatch(r"[0-9a-f]{64}", key) else None
    if svg is None:
        raise NotFound
    answer = picture(svg, "svg")
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer
