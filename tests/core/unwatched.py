"""A helper that doesn't look after its owner, as control: python -m tests.core.unwatched DOOR …."""

import sys

from college.core import helper

if __name__ == "__main__":
    helper.end_with = lambda owner: None
    helper.serve(sys.argv[1], *map(int, sys.argv[2:]))
