"""Shares of persons with what can be said of them: how many they rest on, and an interval.

An interval of 95 %: Wilson's for one share, Newcombe's hybrid score for the difference of two.
Sources: E. B. Wilson, JASA 22 (1927) 209; R. G. Newcombe, Statistics in Medicine 17 (1998) 873,
method 10. Both hold for small groups and for shares of 0 and 1, where the textbook one fails.
"""

from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # of the normal distribution, 95 % two-sided


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole` persons; there is one person at least."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval: the shares with which `part` would not be surprising."""
        n, p = self.whole, self.value
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        reach = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        low = 0.0 if self.part == 0 else max(0.0, middle - reach)
        high = 1.0 if self.part == n else min(1.0, middle + reach)
        return low, high


@dataclass(frozen=True, slots=True)
class Difference:
    """How much larger one share is than another, and between what bounds."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero, so that chance alone would hardly explain it."""
        return self.low > 0 or self.high < 0


def difference(one: Share, other: Share) -> Difference:
    """`one` less `other`, of two groups that share nobody."""
    (low_1, high_1), (low_2, high_2) = one.interval, other.interval
    p, q = one.value, other.value
    down = sqrt((p - low_1) ** 2 + (high_2 - q) ** 2)
    up = sqrt((high_1 - p) ** 2 + (q - low_2) ** 2)
    return Difference(p - q, max(-1.0, p - q - down), min(1.0, p - q + up))
