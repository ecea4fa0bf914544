"""Which privacy text somebody agrees to who registers: the one place that knows."""

CURRENT = "2026-11"  # kept with each registration; the text itself is the page /register/privacy


def version_in_force() -> str:
    return CURRENT
