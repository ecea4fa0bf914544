"""/metrics for Prometheus: off until a token is set, and without a word about anybody.

gunicorn's processes count into files that they share (PROMETHEUS_MULTIPROC_DIR, which
deploy/gunicorn.conf.py sets); whichever is asked adds them up.
"""

import os
import time
from collections.abc import Iterable, Iterator
from hmac import compare_digest
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from college.core.db import db
from college.core.errors import NotFound
from college.core.measures import AREAS, Measure, measures
from college.core.security_log import SecurityKind
from college.web.pages import Pages

KEY = "metrics"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIGN_IN_REFUSALS = {
    SecurityKind.REFUSED,
    SecurityKind.LIMITED,
    SecurityKind.PASSKEY_REFUSED,
    SecurityKind.PASSKEY_COPIED,
    SecurityKind.CODE_REFUSED,
}

bp = Pages("metrics", __name__)


class Instruments:
    """What each process counts. Labels are names of ours: endpoints, states, kinds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "college_requests",
            "Answers by endpoint and status",
            ["endpoint", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "college_request_seconds",
            "Seconds until the answer is made",
            ["endpoint"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.refusals = Counter(
            "college_sign_in_refusals",
            "Sign-ins refused: a wrong password, code or passkey, or too many tries",
            ["kind"],
            registry=self.registry,
        )
        self.connections = Gauge(
            "college_database_connections",
            "Connections to the database in use by the web processes",
            registry=self.registry,
            multiprocess_mode="livesum",
        )

    def count_request(self, response: Response) -> Response:
        endpoint = request.endpoint or "none"  # no such address
        self.requests.labels(endpoint, str(response.status_code)).inc()
        if "began" in g:
            self.seconds.labels(endpoint).observe(time.perf_counter() - g.began)
        return response

    def watch(self, engine: sa.Engine) -> None:
        sa.event.listen(engine, "checkout", lambda *_: self.connections.inc())
        sa.event.listen(engine, "checkin", lambda *_: self.connections.dec())


class Standing(Collector):
    """What is read from the database when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        try:
            now, more = measures(), [one for measure in AREAS.values() for one in measure()]
        except sa.exc.SQLAlchemyError:
            yield gauge("college_database_up", "Whether the database answers", 0)
            return
        yield gauge("college_database_up", "Whether the database answers", 1)
        jobs = GaugeMetricFamily("college_jobs", "Jobs by state", labels=["state"])
        for state, count in now.jobs.items():
            jobs.add_metric([state.value], count)
        yield jobs
        yield gauge("college_job_oldest_seconds", "Age of the oldest job due", now.oldest_due)
        if now.worker_silence is not None:
            yield gauge(
                "college_worker_silence_seconds",
                "Since a worker's sign of life",
                now.worker_silence,
            )
        yield gauge("college_journal_unsealed", "Journal entries without a seal", now.unsealed)
        yield gauge(
            "college_journal_unsealed_seconds", "Age of the oldest of them", now.oldest_unsealed
        )
        for one in more:
            yield labelled(one)


def install(app: Flask) -> None:
    """Count, if somebody may read it."""
    app.extensions[KEY] = None
    if not app.config["METRICS_TOKEN"].get_secret_value():
        return
    instruments = app.extensions[KEY] = Instruments()
    app.after_request(instruments.count_request)
    with app.app_context():
        instruments.watch(db.engine)


def count_refusals(kinds: Iterable[SecurityKind]) -> None:
    """Count refused sign-ins, also those that the security log leaves out of a flood."""
    instruments: Instruments | None = current_app.extensions[KEY]
    if instruments is not None:
        for kind in SIGN_IN_REFUSALS.intersection(kinds):
            instruments.refusals.labels(kind.value).inc()


@bp.get("/metrics", can="anyone")
def show() -> Response:
    if not may_read():
        raise NotFound
    return Response(generate_latest(whole()), headers={"Content-Type": CONTENT_TYPE_LATEST})


def may_read() -> bool:
    """Who brings the token of the settings: an unset one lets nobody in."""
    token = current_app.config["METRICS_TOKEN"].get_secret_value()
    brought = request.headers.get("Authorization", "")
    return bool(token) and compare_digest(brought.encode(), f"Bearer {token}".encode())


def whole() -> CollectorRegistry:
    """The counts of this process or of all of gunicorn's, and what stands in the database."""
    registry = CollectorRegistry()
    registry.register(Standing())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(current_app.extensions[KEY].registry)
    return registry


def labelled(measure: Measure) -> Metric:
    is_labelled = bool(measure.label)
    found = GaugeMetricFamily(measure.name, measure.meaning, labels=[measure.label] * is_labelled)
    for label, value in measure.values.items():
        found.add_metric([label] * is_labelled, value)
    return found


def gauge(name: str, help_text: str, value: Any) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, value=value)
