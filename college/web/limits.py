"""How often somebody may try a password: per account and per address, counted on failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from college.core.errors import Unavailable

REDIS_SECONDS = 2  # the longest a request waits for a Redis that does not answer


def open_window(url: str) -> MovingWindowRateLimiter:
    """Where tries are counted. What goes wrong there is a StorageError."""
    waits = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    is_remote = url.startswith("redis")
    storage = storage_from_string(url, wrap_exceptions=True, **(waits if is_remote else {}))
    return MovingWindowRateLimiter(storage)


@contextmanager
def counting() -> Iterator[None]:
    """Nobody tries passwords uncounted: while the count is away, come back later."""
    try:
        yield
    except StorageError as error:
        raise Unavailable from error


@dataclass(frozen=True, slots=True)
class SignInLimits:
    window: MovingWindowRateLimiter
    per_account: RateLimitItem
    per_address: RateLimitItem

    def tries_left(self, login: str) -> int:
        """How many more wrong passwords this account and this address may send now."""
        with counting():
            account = self.window.get_window_stats(self.per_account, "account", login)
            address = self.window.get_window_stats(self.per_address, "address", client_address())
        return min(account.remaining, address.remaining)

    def note_failure(self, login: str) -> None:
        with counting():
            self.window.hit(self.per_account, "account", login)
            self.window.hit(self.per_address, "address", client_address())

    def note_success(self, login: str) -> None:
        with counting():
            self.window.clear(self.per_account, "account", login)


def install(app: Flask) -> None:
    minutes = app.config["SIGN_IN_WINDOW_MINUTES"]
    app.extensions["sign_in_limits"] = SignInLimits(
        open_window(app.config["LIMITS_URL"]),
        RateLimitItemPerMinute(app.config["SIGN_IN_TRIES"], minutes),
        RateLimitItemPerMinute(app.config["SIGN_IN_TRIES_PER_ADDRESS"], minutes),
    )


def sign_in_limits() -> SignInLimits:
    limits: SignInLimits = current_app.extensions["sign_in_limits"]
    return limits


def client_address() -> str:
    """The peer's address; a forwarding header counts only behind the proxies that settings name."""
    return request.remote_addr or "unknown"
