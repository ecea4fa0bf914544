"""The shell's navigation: one table, filtered by what the reader may do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _
from flask_login import current_user

from college.core.roles import GRANTS, OWN_ROWS, Actor, Can, Grant, Role, Scope
from college.web.jinja import said
from college.web.language import tongue
from college.web.pages import current_actor


@dataclass(frozen=True, slots=True)
class Place:
    label: Any
    icon: str
    endpoint: str
    can: Can | None = None  # None: everybody who is signed in
    short: Any = ""  # for the phone's bar
    also: tuple[str, ...] = ()  # blueprints whose pages belong here too
    scope: Scope | None = None  # shown only where the deed is held over these rows: one's own
    mine: Any = ""  # what it is called where the deed is held over one's own rows alone


NAVIGATION: Sequence[tuple[Any, Sequence[Place]]] = (
    (
        "",
        (
            Place(_("My day"), "home", "dashboard.me", short=_("Today")),
            Place(_("Overview"), "clipboard-list", "dashboard.admin", Can.ADMIN_SEE, _("Overview")),
        ),
    ),
    (
        _("Learning"),
        (
            Place(_("Find a class"), "search", "runs.index", short=_("Classes")),
            Place(
                _("My classes"),
                "calendar",
                "runs.mine",
                Can.ENROLMENTS_ENROL,
                _("Mine"),
                scope=Scope.MINE,
            ),
            Place(
                _("My certificates"),
                "certificate",
                "certificates.mine",
                Can.CERTS_DOWNLOAD,
                _("Papers"),
                scope=Scope.MINE,
            ),
        ),
    ),
    (
        _("Teaching"),
        (
            Place(
                _("Classes I teach"),
                "checks",
                "runs.teaching",
                Can.RUNS_TEACH,
                _("Teaching"),
                ("attendance", "grades", "completion"),
                Scope.TAUGHT,
            ),
        ),
    ),
    (
        _("Supervision"),
        (
            Place(
                _("Supervision records"),
                "messages",
                "supervision_sessions.index",
                Can.SUPERVISION_SEE,
                _("Supervision"),
                ("supervision_sessions",),
            ),
            Place(
                _("Supervision hours"),
                "clock",
                "supervision_hours.index",
                Can.SUPERVISION_SEE,
                _("Hours"),
                ("supervision_hours",),
            ),
        ),
    ),
    (
        _("State exam"),
        (
            Place(
                _("Exam cohorts"),
                "users",
                "cohorts.index",
                Can.COHORTS_SEE,
                also=("cohorts",),
            ),
            Place(
                _("Who may sit"),
                "list-details",
                "eligibility.index",
                Can.ELIGIBILITY_SEE,
                also=("eligibility", "schooling"),
            ),
            Place(
                _("Candidates"),
                "clipboard-check",
                "candidacies.index",
                Can.CANDIDACIES_SEE,
                also=("candidacies", "official_lists"),
                mine=_("My way to the exam"),
            ),
            Place(_("Exam years"), "flag", "cycles.index", Can.CYCLES_PLAN, also=("cycles",)),
            Place(
                _("Official results"),
                "file-import",
                "results.index",
                Can.RESULTS_IMPORT,
                _("Results"),
                ("results", "rejudgings"),
            ),
        ),
    ),
    (
        _("Certificates and titles"),
        (
            Place(
                _("Issue certificates"),
                "certificate",
                "batches.index",
                Can.CERTS_ISSUE,
                _("Issue"),
                ("batches",),
            ),
            Place(
                _("Certificate register"),
                "list-check",
                "certificates.index",
                Can.CERTS_REVOKE,
                also=("certificates",),
            ),
            Place(
                _("Qualification register"),
                "list-check",
                "holders.index",
                Can.PERSONS_LIST,
                _("Titles"),
                ("holders", "qualifications"),
            ),
            Place(
                _("Title registration"),
                "id",
                "registrations.index",
                Can.REGISTRATIONS_SEE,
                also=("registrations",),
                mine=_("My title registration"),
            ),
            Place(
                _("Senior review"),
                "certificate",
                "reviews.index",
                Can.REVIEWS_SEE,
                also=("reviews",),
                mine=_("My senior review"),
            ),
            Place(
                _("Continuing education"),
                "clock",
                "continuing_education.index",
                Can.CE_SEE,
                also=("continuing_education",),
                mine=_("My continuing education"),
            ),
        ),
    ),
    (
        _("Stations and figures"),
        (
            Place(
                _("Who holds what"),
                "chart-bar",
                "figures.index",
                Can.FIGURES_SEE,
                _("Figures"),
                ("figures",),
            ),
            Place(
                _("Holders who came and went"),
                "users-group",
                "holder_figures.index",
                Can.FIGURES_SEE,
                also=("holder_figures",),
            ),
            Place(
                _("Exam figures"),
                "trending-up",
                "exam_figures.index",
                Can.FIGURES_SEE,
                also=("exam_figures",),
                scope=Scope.ALL,
            ),
            Place(
                _("Year reports"),
                "file-text",
                "year_reports.index",
                Can.FIGURES_SEE,
                also=("year_reports",),
            ),
            Place(
                _("Stations"),
                "building",
                "units.index",
                Can.UNITS_SEE,
                _("Stations"),
                ("units", "indicators"),
            ),
            Place(
                _("People"),
                "users-group",
                "persons.index",
                Can.PERSONS_LIST,
                _("People"),
                ("persons",),
            ),
        ),
    ),
    (
        _("Accounts"),
        (
            Place(
                _("Invitations"),
                "mail",
                "invitations.index",
                Can.ACCOUNTS_OPEN,
                also=("invitations",),
            ),
            Place(
                _("Registrations"),
                "user-plus",
                "sign_ups.index",
                Can.SIGN_UPS_DECIDE,
                also=("sign_ups",),
            ),
            Place(_("Roles"), "user-check", "roles.index", Can.ROLES_GRANT, also=("roles",)),
            Place(
                _("Personal data"),
                "id",
                "personal_data.index",
                Can.DATA_DECIDE,
                also=("retention",),
            ),
            Place(_("Consents"), "checks", "consents.index", Can.CONSENTS_SEE, also=("consents",)),
            Place(_("Duplicates"), "users", "twins.index", Can.PERSONS_MERGE, also=("twins",)),
            Place(_("Rosters"), "file-import", "roster.index", Can.ROSTER_IMPORT, also=("roster",)),
        ),
    ),
    (
        _("System"),
        (
            Place(_("Background work"), "stack", "jobs.index", Can.JOBS_SEE),
            Place(_("Security log"), "lock", "security.index", Can.SECURITY_SEE),
            Place(_("Outbox"), "send", "notices.outbox", Can.NOTICES_SEE),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    short: str
    icon: str
    url: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    entries: Sequence[Entry]


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        navigation=navigation,
        tabs=tabs,
        current_person=current_person,
        role_label=role_label,
        unread_notices=unread_notices,
    )


def navigation() -> Sequence[Group]:
    """The reader's places, gathered once a page: it shows them in three forms."""
    if "navigation" not in g:
        roles = frozenset(grant.role for grant in current_actor().grants)
        here = request.endpoint or ""
        g.navigation = _navigation(roles, here, tongue().code, request.script_root)
    found: Sequence[Group] = g.navigation
    return found


@lru_cache(maxsize=1024)
def _navigation(roles: frozenset[Role], here: str, language: str, root: str) -> Sequence[Group]:
    """What all who hold these roles see on this page: each of the arguments decides something.

    Kept, since every page asks for its twenty addresses: a twentieth of its time.
    """
    actor = Actor(grants=frozenset(Grant(role) for role in roles))
    groups = (
        Group(str(label), tuple(_entry(p, here, actor) for p in places if _is_open(p, actor)))
        for label, places in NAVIGATION
    )
    return tuple(group for group in groups if group.entries)


def tabs() -> list[Entry]:
    """At most five entries for the bar at the foot of a phone."""
    entries = [entry for group in navigation() for entry in group.entries if entry.short]
    return [replace(entry, label=entry.short) for entry in entries[:5]]


def current_person() -> Any:
    return current_user.person if current_user.is_authenticated else None


def unread_notices() -> int:
    """How many notices the reader has not read: asked along with who the reader is."""
    return current_user.unread if current_user.is_authenticated else 0


def role_label() -> str:
    """The reader's foremost role in words, the one with the most rights first."""
    held = sorted({g.role for g in current_actor().grants}, key=lambda r: -len(GRANTS[r]))
    return said(held[0]) if held else said(Role.ANYONE)


def _reaches_own_rows_only(can: Can | None, actor: Actor) -> bool:
    return can is not None and all(reach.scope in OWN_ROWS for reach in actor.reach(can))


def _is_open(place: Place, actor: Actor) -> bool:
    if place.can is None:
        return True
    scopes = {reach.scope for reach in actor.reach(place.can)}
    return place.scope in scopes if place.scope else bool(scopes)


def _entry(place: Place, here: str, actor: Actor) -> Entry:
    is_current = here == place.endpoint or here.partition(".")[0] in place.also
    url = url_for(place.endpoint)
    is_mine = bool(place.mine) and _reaches_own_rows_only(place.can, actor)
    return Entry(
        str(place.mine if is_mine else place.label), str(place.short), place.icon, url, is_current
    )
