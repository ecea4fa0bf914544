"""flask <area> <verb>: parse, call an operation as SYSTEM or as a person, commit."""

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade

from college.core.queue import run_worker
from college.web.vendoring import vendor

setup = AppGroup("setup", help="Prepare the college to run.")
jobs_group = AppGroup("jobs", help="Work that outlives a request.")
assets_group = AppGroup("assets", help="Style sheets and scripts of others.")


@setup.command("keys")
def write_keys() -> None:
    """Write random keys to the instance folder, unless they are there."""
    path = Path(current_app.config["INSTANCE"]) / "college.env"
    if path.exists():
        return
    data_key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    text = f"COLLEGE_SECRET_KEY={secrets.token_urlsafe(48)}\nCOLLEGE_DATA_KEY={data_key}\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    click.echo(f"New keys in {path.name}: keep a copy apart from the backups.")


@setup.command("database")
def upgrade_database() -> None:
    """Bring the database to the present form."""
    upgrade()


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1")
@click.option("--port", envvar="PORT", default=8000)
@with_appcontext
def serve(host: str, port: int) -> None:
    """Serve the college on this machine."""
    from waitress import serve as listen  # only this process needs it

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    listen(app, host=host, port=port, threads=app.config["THREADS"], ident=None)


@jobs_group.command("work")
def work() -> None:
    """Work off jobs until stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    run_worker(app.extensions["queue"], app.app_context)


@assets_group.command("vendor")
def vendor_assets() -> None:
    """Copy the listed packages of frontend/node_modules into static/vendor."""
    root = Path(current_app.root_path).parent
    vendor(root / "frontend", root / "static")
