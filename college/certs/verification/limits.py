"""How often one address may look certificates up: nobody guesses codes by the thousand."""

from flask import Flask, current_app
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.strategies import MovingWindowRateLimiter

from college.web.limits import open_window
from college.web.network import counted_address

KEY = "look_up_limits"


def install(app: Flask) -> None:
    window = open_window(app.config["LIMITS_URL"])
    item = RateLimitItemPerMinute(app.config["LOOK_UPS_PER_MINUTE"], namespace="look_ups")
    app.extensions[KEY] = (window, item)


def is_within_limit() -> bool:
    """Count this look-up; False when the address has had its share of the minute."""
    window: MovingWindowRateLimiter
    item: RateLimitItem
    window, item = current_app.extensions[KEY]
    try:
        return window.hit(item, counted_address())
    except StorageError:
        return (
            True  # a code cannot be guessed within an outage; who verifies a paper gets an answer
        )
