from flask import render_template

from college.core.roles import Can
from college.web.pages import Pages

bp = Pages("dashboard", __name__)


@bp.get("/me", can="signed in")
def me() -> str:
    return render_template("reports/dashboard/me.html")


@bp.get("/admin", can=Can.ADMIN_SEE)
def admin() -> str:
    return render_template("reports/dashboard/admin.html")
