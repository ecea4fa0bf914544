"""A helper ends with the process it works for, even when that is killed."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
SOON = 2000  # milliseconds; it takes a few, on a machine that has other work too


@contextmanager
def left_behind(deed: str, program: str = "college.core.helper") -> Iterator[int]:
    """The helper, as a file that can be waited for, of an owner that was killed amidst `deed`."""
    command = [sys.executable, "-m", "tests.core.owner", program, deed]
    owner = subprocess.Popen(command, cwd=TREE, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert owner.stdin is not None
    assert owner.stderr is not None
    helper = int(owner.stderr.readline())
    life = os.pidfd_open(helper)
    try:
        assert not ended(life, 0)  # else nothing was proved
        owner.kill()
        assert owner.wait() == -signal.SIGKILL
        yield life
    finally:
        if not ended(life, 0):
            signal.pidfd_send_signal(life, signal.SIGKILL)
        os.close(life)
        owner.stdin.close()  # now its fork leaves too
        owner.stderr.close()


def ended(life: int, milliseconds: int) -> bool:
    end = select.poll()
    end.register(life, select.POLLIN)
    return bool(end.poll(milliseconds))


@pytest.mark.parametrize("deed", ["loop", "sleep", "pid"])
def test_a_helper_ends_with_its_killed_owner_whatever_it_does(deed):
    with left_behind(deed) as helper:
        assert ended(helper, SOON)


@pytest.mark.parametrize("deed", ["loop", "sleep", "pid"])
def test_a_helper_that_does_not_watch_stays_behind(deed):
    """The negative control."""
    with left_behind(deed, "tests.core.unwatched") as helper:
        assert not ended(helper, SOON)
