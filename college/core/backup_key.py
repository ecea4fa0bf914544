"""The key to all backups, which is in none of them."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from college.core import crypto
from college.core.archive import Refused

KEY_FILE = "backup.key"
KEYLESS = (
    "There is no key here: set COLLEGE_BACKUP_KEY, or put the copy of backup.key into the instance "
    "folder. Without it nobody can open a backup, we included."
)


def find_key(given: str, instance: Path) -> bytes:
    """The key to all backups, from the settings or the instance folder. Raises Refused."""
    path = instance / KEY_FILE
    text = given or (path.read_text() if path.exists() else "")
    if not text.strip():
        raise Refused(KEYLESS)
    try:
        key = urlsafe_b64decode(text.strip())
    except ValueError as error:
        raise Refused("COLLEGE_BACKUP_KEY is not urlsafe base64.") from error
    if len(key) != crypto.KEY_BYTES:
        raise Refused("COLLEGE_BACKUP_KEY must hold 32 bytes in urlsafe base64.")
    return key


def make_key(instance: Path) -> Path:
    """Write a random key into the instance folder. Raises FileExistsError."""
    path = instance / KEY_FILE
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(urlsafe_b64encode(os.urandom(crypto.KEY_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def mark_of_data_key() -> str:
    return crypto.lookup_key("backup", "data key")
