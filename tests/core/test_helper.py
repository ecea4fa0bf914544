"""What others made is read in a helper: whatever it does there, whoever asked goes on."""

import os
import pickle
import socket
import time

import pytest

from college.core.helper import Bounds, Ended, Helper, OutOfMemory, OutOfTime
from tests.core.deeds import Refused

BOUNDS = Bounds(memory=512 * 1024**2, cpu_seconds=1, wall_seconds=30, tasks=1000)


@pytest.fixture(scope="module")
def helper():
    made = Helper("tests.core.deeds:act", BOUNDS, knows=(Refused,))
    yield made
    made.close()


def test_an_answer_comes_back_whole(helper):
    assert helper.ask("echo", "王", 1.5, b"\0", [None, {"a": (1, 2)}]) == (
        "王", 1.5, b"\0", [None, {"a": (1, 2)}],
    )  # fmt: skip


def test_what_libraries_print_is_not_taken_for_an_answer(helper):
    assert helper.ask("print") is None


def test_a_refusal_that_was_agreed_upon_comes_with_its_facts(helper):
    with pytest.raises(Refused) as refusal:
        helper.ask("refuse")
    assert refusal.value.facts == {"name": "李雷"}


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("eat", OutOfMemory), ("loop", OutOfTime), ("crash", Ended), ("leave", Ended),
    ],
)  # fmt: skip
def test_what_eats_hangs_or_crashes_ends_within_bounds_and_the_next_is_done(helper, what, error):
    begun = time.monotonic()
    with pytest.raises(error) as fault:
        helper.ask(what)
    assert type(fault.value) is error
    assert time.monotonic() - begun < BOUNDS.wall_seconds
    assert helper.ask("echo", "next") == ("next",)


def test_what_sleeps_is_ended_by_the_clock_on_the_wall():
    helper = Helper("tests.core.deeds:act", Bounds(BOUNDS.memory, 5, 1.5, 5))
    with pytest.raises(OutOfTime):
        helper.ask("sleep")
    helper.close()


def test_an_error_is_told_by_kind_and_place_and_never_in_its_own_words(helper):
    with pytest.raises(Ended) as fault:
        helper.ask("leak")
    assert fault.value.kind.startswith("KeyError (deeds.py:")
    assert "李雷" not in str(fault.value) + fault.value.kind


def test_no_connection_leaves_the_helper(helper):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        door.settimeout(0.2)
        assert helper.ask("connect", door.getsockname()[1]) == "PermissionError"
        with pytest.raises(TimeoutError):
            door.accept()


def test_no_program_is_started_there(helper):
    assert helper.ask("run") == "PermissionError"


def test_the_helper_knows_no_secret(monkeypatch):
    monkeypatch.setenv("COLLEGE_SECRET_KEY", "secret")
    helper = Helper("tests.core.deeds:act", BOUNDS)
    assert helper.ask("secrets") == []
    helper.close()


def test_an_answer_of_a_class_that_nobody_agreed_upon_is_not_built(helper):
    with pytest.raises(pickle.UnpicklingError):
        helper.ask("stranger")


def test_after_so_many_tasks_a_fresh_one_takes_over():
    helper = Helper("tests.core.deeds:act", Bounds(BOUNDS.memory, 1, 8, 2))
    pids = [helper.ask("pid") for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    helper.close()


def test_a_fork_asks_a_helper_of_its_own(helper):
    before = helper.ask("pid")
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, str(helper.ask("pid")).encode())
        helper.close()
        os._exit(0)
    os.wait()
    assert int(os.read(reading, 20)) != before
    assert helper.ask("pid") == before
