"""What a new version of a text says otherwise than the one before."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

PIECES = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)  # a word, a space, a character
LONGEST = 4000  # pieces; a longer paragraph is shown as replaced


@dataclass(frozen=True, slots=True)
class Part:
    """`mark`: "" stays, "new" came in, "gone" went out."""

    mark: str
    text: str


def differences(before: str, after: str) -> list[list[Part]]:
    """Line by line; within a line that was changed, piece by piece."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[list[Part]] = []
    for what, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if what == "equal":
            lines += [[Part("", line)] for line in new[k:m]]
        else:
            lines += list(_changed(old[i:j], new[k:m]))
    return lines


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[list[Part]]:
    both = min(len(old), len(new))
    for before, after in zip(old[:both], new[:both], strict=True):
        yield _pieces(before, after)
    yield from ([Part("gone", line)] for line in old[both:])
    yield from ([Part("new", line)] for line in new[both:])


def _pieces(before: str, after: str) -> list[Part]:
    old, new = PIECES.findall(before), PIECES.findall(after)
    if max(len(old), len(new)) > LONGEST:
        return [Part("gone", before), Part("new", after)]
    parts = []
    for what, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(Part("", "".join(new[k:m])))
            continue
        parts += [Part("gone", "".join(old[i:j]))] if j > i else []
        parts += [Part("new", "".join(new[k:m]))] if m > k else []
    return parts
