"""The store on S3, or whatever speaks its protocol, through obstore."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from college.core import clock
from college.core.storage import SHA256_HEX, FilesAway, Stored, checked, checked_key

CONNECT = timedelta(seconds=2)
SILENCE = timedelta(seconds=2)  # while something is asked for; what is sent may take its time
ANSWER = timedelta(seconds=20)  # the whole of one request
# who waits reads a page
TRIES: "obstore.store.RetryConfig" = {"max_retries": 1, "retry_timeout": timedelta(seconds=5)}
YOUNG = timedelta(hours=1)  # far below the day after which a file that no row names is swept


@dataclass(frozen=True)
class Place:
    url: str  # s3://bucket/prefix
    endpoint: str = ""
    region: str = ""
    key_id: str = ""
    secret: str = field(default="", repr=False)


class ObjectStore:
    def __init__(self, place: Place) -> None:
        parts = urlsplit(place.url)
        if parts.scheme != "s3" or not parts.netloc:
            raise ValueError("COLLEGE_FILES_URL must be s3://bucket/prefix")
        given = {
            "endpoint": place.endpoint,
            "region": place.region or "us-east-1",
            "access_key_id": place.key_id,
            "secret_access_key": place.secret,
        }
        config = cast("obstore.store.S3Config", {k: v for k, v in given.items() if v})
        is_plain = place.endpoint.startswith("http://")
        waits: obstore.store.ClientConfig = {"connect_timeout": CONNECT, "timeout": ANSWER}

        def opened(options: "obstore.store.ClientConfig") -> S3Store:
            return S3Store(
                parts.netloc,
                prefix=parts.path.strip("/") or None,
                config=config,
                client_options={"allow_http": is_plain, **waits, **options},
                retry_config=TRIES,
            )

        self._bucket = opened({})
        self._asked = opened({"read_timeout": SILENCE})

    def put(self, content: bytes) -> str:
        key = sha256(content).hexdigest()
        with _reaching():
            try:
                obstore.put(self._bucket, key, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                if self._is_old_or_torn(key, len(content)):  # the same bytes, young and whole again
                    obstore.put(self._bucket, key, content, use_multipart=False)
        return key

    def _is_old_or_torn(self, key: str, size: int) -> bool:
        head = obstore.head(self._asked, key)
        return head["last_modified"] < clock.now() - YOUNG or head["size"] != size

    def get(self, key: str) -> bytes:
        checked_key(key)
        with _reaching():
            try:
                content = bytes(obstore.get(self._asked, key).bytes())
            except FileNotFoundError:
                return checked(key, None)
        return checked(key, content)

    def has(self, key: str) -> bool:
        checked_key(key)
        with _reaching():
            try:
                obstore.head(self._asked, key)
            except FileNotFoundError:
                return False
        return True

    def stored(self) -> Iterator[Stored]:
        with _reaching():
            for page in obstore.list(self._bucket, chunk_size=1000):
                for one in page:
                    if SHA256_HEX.fullmatch(one["path"]):
                        yield Stored(one["path"], one["last_modified"])

    def remove(self, key: str) -> None:
        with _reaching():
            obstore.delete(self._bucket, checked_key(key))

    def remove_unfinished(self, before: datetime) -> int:
        return 0  # one request puts a whole object or none

    def is_up(self) -> bool:
        try:
            self.has("0" * 64)
        except FilesAway:
            return False
        return True


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise FilesAway from error
