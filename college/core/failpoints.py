"""Named places where a test may pull the plug. Outside tests nothing is armed."""

from collections.abc import Callable

_armed: dict[str, Callable[[], None]] = {}


def arm(name: str, act: Callable[[], None]) -> None:
    """Let `act` run whenever `name` is reached; it ends the process, or lets it go on."""
    _armed[name] = act


def reached(name: str) -> None:
    act = _armed.get(name)
    if act is not None:
        act()
