"""The WSGI entry point: `flask --app app …`, waitress and gunicorn find `app` here."""

from college.factory import create_app
from config import Settings

app = create_app(Settings.from_env())
