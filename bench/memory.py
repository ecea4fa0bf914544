"""The most memory that this process and its helpers take together, while something is done."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from college.core.helper import PROGRAM

LOOK = 0.1  # seconds between two looks


class Peak:
    """MiB, what is shared counted by its share; the rusage of a child would count its parent's."""

    mib = 0.0

    def look(self) -> None:
        own = psutil.Process()
        now = own.memory_full_info().pss / 2**20
        for process in own.children(recursive=True):
            try:
                if PROGRAM in " ".join(process.cmdline()):  # a database is a child here too
                    now += process.memory_full_info().pss / 2**20
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue  # it ended meanwhile
        self.mib = max(self.mib, now)


@contextmanager
def peak() -> Iterator[Peak]:
    over, found = threading.Event(), Peak()

    def watch() -> None:
        while not over.wait(LOOK):
            found.look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()
