"""A process with a helper, to be killed: python -m tests.core.owner PROGRAM DEED.

As in gunicorn the helper is started by a thread that doesn't live as long as the process, and a
fork keeps the pipe of questions open: neither may make a difference.
"""

import os
import sys
import threading

from college.core import helper


def main(program: str, deed: str) -> None:
    helper.PROGRAM = program
    bounds = helper.Bounds(memory=512 * 1024**2, cpu_seconds=60, wall_seconds=60, tasks=5)
    mine = helper.Helper("tests.core.deeds:act", bounds)
    first = threading.Thread(target=mine.ask, args=["pid"])
    first.start()
    first.join()
    if os.fork() == 0:
        sys.stdin.read()  # until the test is over
        os._exit(0)
    mine.ask("tell", deed)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
