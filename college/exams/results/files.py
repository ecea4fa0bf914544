"""The uploaded sheets: kept as they came, encrypted, since they are full of ID numbers."""

from base64 import b64decode, b64encode

from college.core import crypto, storage
from college.exams.results.models import ResultImport


def keep(content: bytes) -> str:
    """Store the bytes of a sheet and return the hash to find them by."""
    return storage.files().put(crypto.seal(b64encode(content).decode()))


def content_of(result_import: ResultImport) -> bytes:
    """Return the bytes as they were uploaded. Raises FileLost."""
    return b64decode(crypto.unseal(storage.files().get(result_import.file_sha256)))
