"""How often somebody may try a password: per account and per address, counted on failure."""

from dataclasses import dataclass

from flask import Flask, current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, slots=True)
class SignInLimits:
    window: MovingWindowRateLimiter
    per_account: RateLimitItem
    per_address: RateLimitItem

    def tries_left(self, login: str) -> int:
        """How many more wrong passwords this account and this address may send now."""
        account = self.window.get_window_stats(self.per_account, "account", login)
        address = self.window.get_window_stats(self.per_address, "address", client_address())
        return min(account.remaining, address.remaining)

    def note_failure(self, login: str) -> None:
        self.window.hit(self.per_account, "account", login)
        self.window.hit(self.per_address, "address", client_address())

    def note_success(self, login: str) -> None:
        self.window.clear(self.per_account, "account", login)


def install(app: Flask) -> None:
    minutes = app.config["SIGN_IN_WINDOW_MINUTES"]
    app.extensions["sign_in_limits"] = SignInLimits(
        MovingWindowRateLimiter(storage_from_string(app.config["LIMITS_URL"])),
        RateLimitItemPerMinute(app.config["SIGN_IN_TRIES"], minutes),
        RateLimitItemPerMinute(app.config["SIGN_IN_TRIES_PER_ADDRESS"], minutes),
    )


def sign_in_limits() -> SignInLimits:
    limits: SignInLimits = current_app.extensions["sign_in_limits"]
    return limits


def client_address() -> str:
    """The peer's address; a forwarding header counts only behind the proxies that settings name."""
    return request.remote_addr or "unknown"
