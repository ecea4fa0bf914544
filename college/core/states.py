"""States move along a table, never by assignment."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, TypeVar

from college.core.errors import RuleBroken
from college.core.text import say

S = TypeVar("S", bound=StrEnum)
Moves = Mapping[S, frozenset[S]]


class Stateful(Protocol[S]):
    state: S


class WrongState(RuleBroken):
    code = "wrong_state"
    message = say("This step does not fit any more: the record has moved on. Reload the page.")


def move(row: Stateful[S], target: S, moves: Moves[S]) -> None:
    """Bring `row` into `target`. Raises WrongState where `moves` knows no such step."""
    if target not in moves.get(row.state, frozenset()):
        raise WrongState(source=row.state, target=target)
    row.state = target
