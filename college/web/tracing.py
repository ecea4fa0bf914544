"""Each request has a number that the reader can quote, the answer carries and the log repeats.

The log says where an error came through and of which kind, never what it says: a database quotes
the very row that it refuses.
"""

import logging
import secrets
import sys
import time
import traceback
from typing import Any

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("college.web")


def install(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        number = secrets.token_hex(4).upper()
        g.reference = f"{number[:4]}-{number[4:]}"
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(reference=g.reference)

    @app.after_request
    def end(response: Response) -> Response:
        if "reference" in g:
            response.headers["X-Request-ID"] = g.reference
            # the rule, not the path: paths hold codes and numbers of people
            rule = request.url_rule.rule if request.url_rule else "-"
            ms = round((time.perf_counter() - g.began) * 1000, 1)
            log.info(
                "request", method=request.method, rule=rule, status=response.status_code, ms=ms
            )
        return response


class Wordless(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        return way_of(ei[1])


def way_of(error: BaseException | None) -> str:
    """The kinds of an error and of what led to it, each with the lines it came through."""
    told = []
    while error is not None:
        lines = "".join(traceback.format_tb(error.__traceback__))
        told.append(f"{lines}{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(told))


def configure(*, is_quiet: bool) -> None:
    """One JSON line an event, on standard error; no personal data goes in."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Wordless("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING if is_quiet else logging.INFO)
    for chatty in ("weasyprint", "fontTools", "huey", "pikepdf"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(lambda exc_info: way_of(exc_info[1])),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if is_quiet else logging.INFO
        ),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=not is_quiet,  # tests make several applications
    )
