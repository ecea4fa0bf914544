"""What carries a notice out of the college; the factory says which carriers there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from college.people.notices.models import Channel, Obstacle

CARRIERS: dict[Channel, "Carrier"] = {}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is carried: `short` for channels that others read over one's shoulder."""

    to: str
    subject: str
    text: str
    short: str
    message_id: str  # without its angle brackets
    file_name: str  # the same each time this letter is written
    written_at: datetime


class NotSent(Exception):
    """`is_vain`: asked again, the server would say the same."""

    def __init__(self, obstacle: Obstacle, detail: str = "", *, is_vain: bool = False) -> None:
        super().__init__(obstacle, detail)
        self.obstacle, self.detail, self.is_vain = obstacle, detail, is_vain


class Carrier(Protocol):
    leaves_machine: bool

    def send(self, letter: Letter) -> None:
        """Raises NotSent."""


def use(carriers: Mapping[Channel, Carrier]) -> None:
    CARRIERS.clear()
    CARRIERS.update(carriers)


def open_channels() -> list[Channel]:
    """The channels of this college, in their order."""
    return [channel for channel in Channel if channel is Channel.IN_APP or channel in CARRIERS]
