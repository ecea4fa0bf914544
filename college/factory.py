"""create_app: the one list of blueprints, commands, tasks and installs."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from click import Command
from flask import Flask
from flask_wtf import CSRFProtect

from college import backup_cli, cli, migrating, navigation
from college import deeds as told
from college.certs import cli as certs_cli
from college.certs import issuer
from college.certs.batches import views as batches
from college.certs.certificates import views as certificates
from college.certs.verification import limits as look_up_limits
from college.certs.verification import views as verification
from college.core import (
    crypto,
    deeds,
    folder,
    jobs,
    journal,
    lines,
    queue,
    seal_keeping,
    sealing,
    storage,
    versions,
)
from college.core.db import db, use_plain_savepoints, use_real_transactions
from college.core.measures import AREAS
from college.courses.attendance import views as attendance
from college.courses.catalogue import views as home
from college.courses.completion import views as completion
from college.courses.enrolments import views as enrolments
from college.courses.grades import views as grades
from college.courses.runs import views as runs
from college.exams import cli as exams_cli
from college.exams.candidacies import views as candidacies
from college.exams.cohorts import views as cohorts
from college.exams.cycles import views as cycles
from college.exams.eligibility import views as eligibility
from college.exams.official_lists import views as official_lists
from college.exams.pass_rules import views as pass_rules
from college.exams.rejudgings import views as rejudgings
from college.exams.results import views as results
from college.people import cli as people_cli
from college.people.accounts import cookies
from college.people.accounts import views as accounts
from college.people.consents import asking as consents_asking
from college.people.consents import views as consents
from college.people.employment import views as employment
from college.people.evidence import examining
from college.people.evidence import views as evidence
from college.people.invitations import views as invitations
from college.people.notices import carriers
from college.people.notices import views as notices
from college.people.notices.measures import outbox
from college.people.oidc import provider
from college.people.oidc import views as oidc
from college.people.passkeys import views as passkeys
from college.people.qualifications import views as qualifications
from college.people.roles import views as roles
from college.people.roster import views as roster
from college.people.schooling import views as schooling
from college.people.second_factors import gate
from college.people.second_factors import views as second_factors
from college.people.security import views as security_events
from college.people.sign_ins import views as sign_ins
from college.people.sign_ins import visits
from college.people.sign_ups import views as sign_ups
from college.people.units import views as units
from college.register import cli as register_cli
from college.register.continuing_education import rule_views as continuing_education
from college.register.holders import views as holders
from college.register.registrations import views as registrations
from college.register.reviews import views as reviews
from college.register.targets import views as targets
from college.reports import cli as reports_cli
from college.reports.charts import views as charts
from college.reports.dashboard import views as dashboard
from college.reports.exam_figures import views as exam_figures
from college.reports.figures import views as figures
from college.reports.holder_figures import views as holder_figures
from college.reports.jobs import views as jobs_pages
from college.reports.personal_data import looks
from college.reports.personal_data import views as personal_data
from college.reports.persons import views as persons
from college.reports.retention import views as retention
from college.reports.search import views as search
from college.reports.twins import views as twins
from college.reports.year_reports import views as year_reports
from college.stations.indicators import views as indicators
from college.supervision.hours import views as supervision_hours
from college.supervision.sessions import views as supervision_sessions
from college.tasks import JOB_KINDS, TASKS
from college.web import (
    addresses,
    assets,
    away,
    errors,
    headers,
    health,
    jinja,
    language,
    limits,
    metrics,
    network,
    origin,
    proofs,
    security,
    timeline,
    tracing,
    transaction,
)

if TYPE_CHECKING:
    from config import Settings

ROOT = Path(__file__).parent.parent
# the longest a request waits for a PostgreSQL that does not answer: at its door, on an open line
CONNECT_SECONDS, LINE_SECONDS = 2, 2
LOCK_SECONDS = 10  # and for somebody else's lock; then it is tried once more, or put off
# to PostgreSQL: what a page costs that does not follow the one before. Its own 4 is that of turning
# disks; with it, whole tables are read where an index holds all that is asked.
PAGE_COST = 1.1

BLUEPRINTS = [
    health.bp,
    metrics.bp,
    language.bp,
    accounts.bp,
    sign_ins.bp,
    second_factors.bp,
    oidc.bp,
    passkeys.bp,
    notices.bp,
    security_events.bp,
    roles.bp,
    evidence.bp,
    invitations.bp,
    consents.bp,
    sign_ups.bp,
    units.bp,
    indicators.bp,
    home.bp,
    runs.bp,
    enrolments.bp,
    attendance.bp,
    grades.bp,
    completion.bp,
    supervision_sessions.bp,
    supervision_hours.bp,
    cycles.bp,
    pass_rules.bp,
    eligibility.bp,
    rejudgings.bp,
    candidacies.bp,
    official_lists.bp,
    results.bp,
    roster.bp,
    cohorts.bp,
    registrations.bp,
    reviews.bp,
    holders.bp,
    continuing_education.bp,
    batches.bp,
    certificates.bp,
    verification.bp,
    targets.bp,
    charts.bp,
    exam_figures.bp,
    figures.bp,
    holder_figures.bp,
    year_reports.bp,
    dashboard.bp,
    jobs_pages.bp,
    persons.bp,
    personal_data.bp,
    retention.bp,
    twins.bp,
    employment.bp,
    qualifications.bp,
    schooling.bp,
    search.bp,
]
COMMANDS: list[Command] = [
    cli.setup,
    cli.serve,
    cli.jobs_group,
    cli.journal_group,
    cli.demo_group,
    cli.assets_group,
    cli.files_group,
    backup_cli.backup,
    certs_cli.certs,
    exams_cli.exams,
    people_cli.people,
    register_cli.register,
    reports_cli.reports,
]


def create_app(settings: "Settings") -> Flask:
    app = transaction.OneTransaction(
        "college", static_folder=ROOT / "static", template_folder=ROOT / "templates"
    )
    app.config.update(flask_settings(settings))
    settings.instance.mkdir(parents=True, exist_ok=True)
    tracing.configure(is_quiet=settings.environment == "test")
    crypto.use(settings.data_key)
    storage.use(open_store(settings), cache=settings.instance / "cache")
    sealing.use(seal_keeper(settings))
    issuer.use(issuer.Issuer(settings.college_name, settings.issuer_code, settings.public_url))
    examining.use(Path(settings.trust_anchors) if settings.trust_anchors else None)
    deeds.use(told.NOUNS)
    install_database(app)
    install_web(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(cli.in_words(command))
    look_up_limits.install(app)
    carriers.install(app)
    install_jobs(app, settings)
    return app


def open_store(settings: "Settings") -> storage.Store:
    if not settings.files_url:
        return folder.FolderStore(settings.instance / "files")
    from college.core import s3  # its library takes six MiB: only who keeps files there pays

    return s3.ObjectStore(
        s3.Place(
            settings.files_url,
            endpoint=settings.files_endpoint,
            region=settings.files_region,
            key_id=settings.files_key_id,
            secret=settings.files_secret.get_secret_value(),
        )
    )


def seal_keeper(settings: "Settings") -> seal_keeping.Keeper:
    folders = [settings.instance / "seals"]
    folders += [Path(settings.seal_copies)] if settings.seal_copies else []
    key_path = Path(settings.seal_key) if settings.seal_key else settings.instance / "seal.key"
    return seal_keeping.Keeper(key_path, tuple(folders))


def flask_settings(settings: "Settings") -> dict[str, object]:
    own = {name.upper(): value for name, value in settings.model_dump().items()}
    is_secure = settings.public_url.startswith("https://")
    return own | {
        "IS_PRODUCTION": settings.is_production,
        "REQUIRE_TOTP": settings.asks_second_factor,
        "MAX_CONTENT_LENGTH": settings.max_upload_bytes,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "SESSION_COOKIE_HTTPONLY": True,
        # a browser takes a name that begins so from this very host alone, and over HTTPS
        "SESSION_COOKIE_NAME": "__Host-college" if is_secure else "college",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": is_secure,
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings),
        "TESTING": settings.environment == "test",
        "TRANSLATIONS": ROOT / "translations",
        "WTF_CSRF_TIME_LIMIT": 3600 * settings.session_hours,
    }


def engine_options(settings: "Settings") -> dict[str, object]:
    # an error says which statement it was, not whose name and numbers went in: it is logged
    options: dict[str, object] = {"hide_parameters": True}
    if not settings.database.startswith("postgresql"):
        return options
    waits = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": 1000 * LINE_SECONDS,  # what was sent and nobody took
        "keepalives_idle": 10 * LINE_SECONDS,  # a long statement is silent: its server is asked
        "keepalives_interval": LINE_SECONDS,
        "keepalives_count": 2,
        "options": f"-c lock_timeout={LOCK_SECONDS}s -c random_page_cost={PAGE_COST}",
    }
    return options | {
        "connect_args": waits,
        "pool_size": settings.threads,  # nobody waits for a connection of a neighbour
        "pool_timeout": CONNECT_SECONDS,
        "pool_use_lifo": True,  # the one used last, whose statements are prepared
    }


def install_database(app: Flask) -> None:
    db.init_app(app)
    migrating.install(app)
    journal.watch(db.session)
    versions.watch(db.session)
    with app.app_context():
        use_plain_savepoints(db.engine)
        if db.engine.dialect.name == "sqlite":
            use_real_transactions(db.engine)
        else:
            lines.use_lines(db.engine)


def install_web(app: Flask) -> None:
    network.install(app)
    origin.install(app)
    CSRFProtect(app)  # every form, whether its author thought of it or not
    for part in (
        addresses,
        tracing,
        metrics,
        language,
        jinja,
        navigation,
        cookies,
        gate,
        provider,
        consents_asking,
        limits,
        headers,
        security,
        visits,
        looks,
        errors,
        away,
        proofs,
        timeline,
        assets,
        transaction,
    ):
        part.install(app)


def install_jobs(app: Flask, settings: "Settings") -> None:
    jobs.KINDS.update(JOB_KINDS)
    AREAS["notices"] = outbox
    app.extensions["queue"] = queue.open_queue(settings.queue_url, settings.instance)
    if settings.environment != "test":  # tests work jobs off themselves
        queue.connect(app.extensions["queue"], app.app_context, TASKS)
