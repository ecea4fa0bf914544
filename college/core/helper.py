"""A process of our own that does one thing for us, within bounds and without a network.

What others made (a sheet, a design) is read there: when it eats memory, hangs or crashes, the
helper ends with a named error, and whoever asked goes on. What comes back is data of known classes.

    helper = Helper("college.certs.rendering:answer", Bounds(...), knows=(NotPrinted, ...))
    pdf = helper.ask("pull", paper, facts)
"""

import atexit
import ctypes
import importlib
import io
import math
import os
import pickle
import resource
import select
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from college.core.errors import DomainError, revived
from college.core.text import say

ROOT = Path(__file__).parents[2]
PROGRAM = "college.core.helper"  # what a helper runs: this module
ABORTED = f"signal {signal.SIGABRT}"
WATCH_STACK = 256 * 1024  # bytes: it counts against the memory that the helper may take
MOST_BYTES = 512 * 1024 * 1024  # of one answer
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")
PLAIN = {("builtins", "set"), ("builtins", "frozenset"), ("datetime", "date"), ("datetime", "time")}
REVIVED: Any = revived
PLAIN |= {("datetime", "datetime"), ("datetime", "timedelta"), ("datetime", "timezone")}


class Ended(DomainError):
    """The helper could not do it. The kind of fault is for the record, never its own words."""

    code, message = "helper_ended", say("The program that does this broke off.")

    def __init__(self, kind: str = "") -> None:
        super().__init__()
        self.kind = kind or self.code


class OutOfMemory(Ended):
    code, message = "out_of_memory", say("It would have taken more memory than it may.")


class OutOfTime(Ended):
    code, message = "out_of_time", say("It would have taken longer than it may.")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one task may take; after so many tasks a fresh helper takes over.

    `reserves` is for engines that reserve far more addresses than they use. One that is asked now
    and then is ended after `idle_seconds` and gives its memory back.
    """

    memory: int  # bytes
    cpu_seconds: int
    wall_seconds: float
    tasks: int
    reserves: bool = False
    idle_seconds: float = 0


class Helper:
    def __init__(self, door: str, bounds: Bounds, *, knows: Iterable[type] = ()) -> None:
        self.door, self.bounds = door, bounds
        self.known = PLAIN | {(each.__module__, each.__qualname__) for each in (*knows, REVIVED)}
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.rest: threading.Timer | None = None
        self.left, self.owner = 0, os.getpid()
        atexit.register(self.close)

    def ask(self, *arguments: object) -> Any:
        """What the door's function returns. Raises what that raised, if known; or Ended."""
        with self.lock:
            if self.owner != os.getpid():  # we are a fork: the helper is our parent's
                self.process, self.rest, self.owner = None, None, os.getpid()
            if self.rest is not None:
                self.rest.cancel()
            if self.process is None or self.left <= 0 or self.process.poll() is not None:
                self.close()
                self.process, self.left = _started(self.door, self.bounds), self.bounds.tasks
            self.left -= 1
            word, value = self._exchange(self.process, pickle.dumps(arguments))
            self._let_rest()
        if word == "done":
            return value
        if word == "raised":
            raise value
        raise {"memory": OutOfMemory, "time": OutOfTime}.get(word, Ended)(value or word)

    def close(self) -> None:
        """End the process, if there is one; the next question starts another."""
        if self.process is not None and self.owner == os.getpid():
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
            self.process = None

    def _let_rest(self) -> None:
        if self.bounds.idle_seconds and self.process is not None:
            self.rest = threading.Timer(self.bounds.idle_seconds, self._leave, [self.left])
            self.rest.daemon = True
            self.rest.start()

    def _leave(self, left: int) -> None:
        with self.lock:
            if self.left == left:  # nobody has asked since
                self.close()

    def _exchange(self, process: subprocess.Popen[bytes], question: bytes) -> tuple[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            process.kill()

        timer = threading.Timer(self.bounds.wall_seconds, end)
        timer.start()
        try:
            _send(process.stdin, question)
            answer = _receive(process.stdout)
        except (BrokenPipeError, EOFError):
            answer = b""
        finally:
            timer.cancel()
        if answer:
            word, value = Answer(answer, self.known).load()
            if word == "memory":
                self.close()  # what is left of it is not to be trusted
            return word, value
        status = process.wait()
        self.close()
        is_time = is_late.is_set() or status == -signal.SIGXCPU
        return ("time", "") if is_time else ("ended", f"signal {-status}" if status < 0 else "")


class Answer(pickle.Unpickler):
    """What a helper says is taken for data: it may name the classes that were agreed upon."""

    def __init__(self, content: bytes, known: set[tuple[str, str]]) -> None:
        super().__init__(io.BytesIO(content))
        self.known = known

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.known:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _started(door: str, bounds: Bounds) -> subprocess.Popen[bytes]:
    """It inherits no secret: neither the settings of the environment nor an open file."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COLLEGE_")}
    environment["MALLOC_ARENA_MAX"] = "1"  # an arena a thread would take from its bounds
    numbers = (bounds.memory, bounds.cpu_seconds, int(bounds.reserves), os.getpid())
    return subprocess.Popen(  # noqa: S603 - our own program and our own words
        [sys.executable, "-m", PROGRAM, door, *map(str, numbers)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _send(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(len(content).to_bytes(8, "big"))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    size = int.from_bytes(_exactly(pipe, 8), "big")
    if size > MOST_BYTES:
        raise EOFError
    return _exactly(pipe, size)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content


def serve(door: str, memory: int, cpu_seconds: int, reserves: int, owner: int) -> None:
    """The helper's own main: answers until nobody asks any more."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand among the answers
    leave_network()
    end_with(owner)  # a thread: the kernel gives no network of its own to a process with several
    module, name = door.split(":")
    function = getattr(importlib.import_module(module), name)
    sys.addaudithook(refuse)
    bound(memory, has_addresses=not reserves)
    while True:
        try:
            question = pickle.loads(_receive(questions))  # noqa: S301 - from our own parent
        except EOFError:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = math.ceil(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu_seconds, resource.RLIM_INFINITY))
        _send(answers, answered(function, question))


def answered(function: Callable[..., object], question: Any) -> bytes:
    """The answer as bytes; of an error that nobody agreed upon its kind and place alone."""
    try:
        return pickle.dumps(("done", function(*question)))
    except MemoryError:
        return pickle.dumps(("memory", ""))
    except tuple(getattr(sys.modules[function.__module__], "REFUSALS", ())) as error:
        return pickle.dumps(("raised", error))
    except Exception as error:  # the other place: whatever a task does, its kind is reported
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        return pickle.dumps(("broke", f"{type(error).__name__} ({place})"))


def end_with(owner: int) -> None:
    """End at once when the process that started us ends, even killed, and amidst a long task.

    The end of the questions would be seen after the task alone, and not while a fork of the owner
    keeps that pipe open; the kernel's signal for it comes already when the owner's thread ends.
    C code that keeps Python's lock keeps this thread waiting: then the bound on CPU time ends us.
    """
    life = os.pidfd_open(owner)
    if os.getppid() != owner:  # it ended before, and its number may be somebody else's by now
        os._exit(1)

    def watch() -> None:
        end = select.poll()  # `select` refuses what is numbered above 1,023
        end.register(life, select.POLLIN)
        end.poll()
        os._exit(1)

    threading.stack_size(WATCH_STACK)
    threading.Thread(target=watch, daemon=True).start()
    threading.stack_size(0)  # as the system has it, for what libraries start


def leave_network() -> None:
    """Move into a network of one's own that leads nowhere, where the kernel permits it."""
    kernel = ctypes.CDLL(None, use_errno=True)
    any(kernel.unshare(f) == 0 for f in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


def refuse(event: str, _: object) -> None:
    """The second lock: no connection and no program, wherever the first could not be had."""
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)


def bound(memory: int, *, has_addresses: bool) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    if has_addresses:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    serve(sys.argv[1], *map(int, sys.argv[2:]))
