"""How often one address may look certificates up: nobody guesses codes by the thousand."""

from flask import Flask, current_app
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from college.web.limits import client_address

KEY = "look_up_limits"


def install(app: Flask) -> None:
    window = MovingWindowRateLimiter(storage_from_string(app.config["LIMITS_URL"]))
    item = RateLimitItemPerMinute(app.config["LOOK_UPS_PER_MINUTE"], namespace="look_ups")
    app.extensions[KEY] = (window, item)


def is_within_limit() -> bool:
    """Count this look-up; False when the address has had its share of the minute."""
    window: MovingWindowRateLimiter
    item: RateLimitItem
    window, item = current_app.extensions[KEY]
    return window.hit(item, client_address())
