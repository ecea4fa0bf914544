"""How often somebody may try a password: per account, per address, and in all.

A try is taken before the password is looked at, so that a crowd at one moment gets no more of them
than a queue; the right password gives it back, so that a class behind one address gets in.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, current_app
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from college.core.errors import Unavailable
from college.core.text import say
from college.web.network import counted_address

REDIS_SECONDS = 2  # the longest a request waits for a Redis that does not answer


class CountAway(Unavailable):
    code = "count_away"
    message = say("Nobody can sign in at the moment. Whoever is signed in already can go on.")


def open_storage(url: str) -> Storage:
    """Where tries are counted. What goes wrong there is a StorageError."""
    waits = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    is_remote = url.startswith("redis")
    storage = storage_from_string(url, wrap_exceptions=True, **(waits if is_remote else {}))
    if not isinstance(storage, Storage):  # an asynchronous one, by an "async+" in the address
        raise TypeError(f"tries cannot be counted on {type(storage).__name__}")
    return storage


def open_window(url: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(open_storage(url))


@contextmanager
def counting() -> Iterator[None]:
    """Nobody tries passwords uncounted: while the count is away, come back later."""
    try:
        yield
    except StorageError as error:
        raise CountAway from error


@dataclass(frozen=True, slots=True)
class SignInLimits:
    window: MovingWindowRateLimiter
    returnable: FixedWindowRateLimiter  # the only kind whose tries can be given back
    per_account: RateLimitItem
    per_address: RateLimitItem
    overall: RateLimitItem

    def take_try(self, login: str, *, is_known: Callable[[], bool]) -> bool:
        """Take one try, or none at all: an address that has had its share locks no account.

        Who signed in from this network before gets in even while strangers use up the college's.
        """
        address = counted_address()
        with counting():
            if not self.returnable.hit(self.per_address, "address", address):
                self._give_back(self.per_address, "address", address)
                return False
            is_free = self.returnable.hit(self.overall, "overall") or is_known()
            if is_free and self.window.hit(self.per_account, "account", login):
                return True
            self._give_back(self.per_address, "address", address)
            self._give_back(self.overall, "overall")
            return False

    def tries_left(self, login: str) -> int:
        """How many more wrong passwords this account and this address may send now."""
        address = counted_address()
        with counting():
            account = self.window.get_window_stats(self.per_account, "account", login)
            network = self.returnable.get_window_stats(self.per_address, "address", address)
        return max(0, min(account.remaining, network.remaining))

    def note_success(self, login: str) -> None:
        with counting():
            self.window.clear(self.per_account, "account", login)
            self._give_back(self.per_address, "address", counted_address())
            self._give_back(self.overall, "overall")

    def _give_back(self, item: RateLimitItem, *names: str) -> None:
        self.returnable.hit(item, *names, cost=-1)


def install(app: Flask) -> None:
    minutes = app.config["SIGN_IN_WINDOW_MINUTES"]
    storage = open_storage(app.config["LIMITS_URL"])
    app.extensions["sign_in_limits"] = SignInLimits(
        MovingWindowRateLimiter(storage),
        FixedWindowRateLimiter(storage),
        *(
            RateLimitItemPerMinute(app.config[name], minutes)
            for name in ("SIGN_IN_TRIES", "SIGN_IN_TRIES_PER_ADDRESS", "SIGN_IN_TRIES_OVERALL")
        ),
    )


def is_within_hour(what: str, most: int, *names: str) -> bool:
    """Count one more of `what` from this address, or of these names; False beyond `most`."""
    item = RateLimitItemPerHour(most, namespace=what)
    with counting():
        return sign_in_limits().window.hit(item, *(names or (counted_address(),)))


def sign_in_limits() -> SignInLimits:
    limits: SignInLimits = current_app.extensions["sign_in_limits"]
    return limits
