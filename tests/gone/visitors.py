"""Visitors of a college that loses what it needs: they note each answer, and what they were told.

Who is told to come back sends the same form again, with its key, until there is another answer.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

PATIENCE = 15  # seconds: a hang
PAUSE = 0.05
Form = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    kind: str
    status: int  # 0: none at all
    began: float
    ended: float
    headers: Mapping[str, str]
    body: bytes
    is_script: bool
    language: str

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass
class Notes:
    """What all visitors saw, and what they were told was done."""

    answers: list[Answer] = field(default_factory=list)
    enrolled: list[tuple[int, int]] = field(default_factory=list)
    marked: dict[int, list[str]] = field(default_factory=dict)
    confirmed: list[int] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)


class Visitor:
    """One browser: a connection that is kept, a cookie, a token, a language."""

    def __init__(self, port: int, held: Mapping[str, Any], notes: Notes, language: str) -> None:
        self._port, self._held, self._notes, self._language = port, held, notes, language
        self._line = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def leave(self) -> None:
        self._line.close()

    def get(self, kind: str, path: str, *, is_script: bool = False) -> Answer:
        return self._ask(kind, "GET", path, {}, is_script, "")

    def post(self, kind: str, path: str, form: Form, *, is_script: bool = False) -> Answer:
        """Send a form until something else than "come back" is answered."""
        key = token_urlsafe(16)
        while True:
            answer = self._ask(kind, "POST", path, form, is_script, key)
            if answer.status not in {0, 503}:
                return answer
            time.sleep(4 * PAUSE)

    def _ask(
        self, kind: str, method: str, path: str, form: Form, is_script: bool, key: str
    ) -> Answer:
        headers = {"Cookie": f"college={self._held['cookie']}; language={self._language}"}
        headers |= {"X-Requested-With": "fetch"} if is_script else {}
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"csrf_token": self._held["token"], "once": key, **form}).encode()
        began = time.monotonic()
        try:
            self._line.request(method, path, body, headers)
            response = self._line.getresponse()
            status, seen, content = response.status, dict(response.headers), response.read()
        except (OSError, HTTPException) as error:
            self._line.close()
            status, seen, content = 0, {}, repr(error).encode()
        ended = time.monotonic()
        answer = Answer(kind, status, began, ended, seen, content, is_script, self._language)
        self._notes.answers.append(answer)
        return answer


class Crowd:
    """The visitors, each in a thread of its own, until they are sent home."""

    def __init__(self, port: int, world: Mapping[str, Any]) -> None:
        self.notes, self._port, self._world = Notes(), port, world
        self._home = threading.Event()
        self._visitors: list[Visitor] = []
        acts = [
            *(lambda n=n: self._enrol(n) for n in range(len(world["trainees"]))),
            self._mark,
            self._confirm,
            *(lambda t=t: self._verify(*t) for t in (("zh", False), ("en", False), ("en", True))),
            self._fetch_paper,
            self._sign_in,
        ]
        self._threads = [threading.Thread(target=self._run, args=(act,)) for act in acts]

    def __enter__(self) -> "Crowd":
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._home.set()
        for one in self._threads:
            one.join(60)
        for visitor in self._visitors:
            visitor.leave()

    def issue(self, batch_id: int, version: int) -> None:
        """Have the certificates of a batch issued, however often that must be asked."""
        admin = self._visitor("admin")

        def act() -> None:
            told = admin.post(
                "issue",
                f"/certs/batches/{batch_id}/issue",
                {"seen": f"issue_batch.{batch_id}.{version}"},
            )
            assert told.status == 302, told

        one = threading.Thread(target=self._run, args=(act,))
        self._threads.append(one)
        one.start()

    def _run(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # the drill tells it once all are home
            self.notes.errors.append(error)

    def _visitor(self, who: str, language: str = "zh", number: int | None = None) -> Visitor:
        held = self._world[who] if number is None else self._world[who][number]
        visitor = Visitor(self._port, held, self.notes, language)
        self._visitors.append(visitor)
        return visitor

    def _is_on(self) -> bool:
        return not self._home.wait(PAUSE)

    def _enrol(self, number: int) -> None:
        me, person = self._visitor("trainees", "zh", number), self._world["trainees"][number]["id"]
        for run_id in self._world["runs"]:
            if not self._is_on():
                return
            told = me.post("enrol", f"/courses/runs/{run_id}/enrolments/new", {})
            assert told.status == 302, told
            self.notes.enrolled.append((person, run_id))

    def _mark(self) -> None:
        me, (run_id, exam_id) = self._visitor("teacher"), self._world["assessment"]
        versions: dict[int, int] = {}
        for number in count():
            if not self._is_on():
                return
            cell = self._world["cells"][number % len(self._world["cells"])]
            value = f"{number % 997 / 10:.1f}"
            form = {"value": value, "version": versions.get(cell, 0)}
            path = f"/courses/runs/{run_id}/grades/{exam_id}/{cell}"
            told = me.post("mark", path, form, is_script=True)
            assert told.status == 200, told
            versions[cell] = json.loads(told.body)["version"]
            self.notes.marked.setdefault(cell, []).append(value)

    def _confirm(self) -> None:
        me = self._visitor("supervisee", "en")
        for session_id, version in self._world["sessions"]:
            if not self._is_on():
                return
            time.sleep(4 * PAUSE)
            seen = f"supervision_session.{session_id}.{version}"
            form = {"seen": seen, "version": version}
            told = me.post("confirm", f"/supervision/sessions/{session_id}/confirm", form)
            assert told.status == 302, told
            self.notes.confirmed.append(session_id)

    def _verify(self, language: str, is_script: bool) -> None:
        me = self._visitor("stranger", language)
        while self._is_on():
            me.get("verify", f"/verify/{self._world['paper'][1]}", is_script=is_script)

    def _fetch_paper(self) -> None:
        me = self._visitor("holder", "en")
        while self._is_on():
            me.get("paper", f"/certs/certificates/{self._world['paper'][0]}/file.pdf")
            me.get("me", "/me")
            me.get("health", "/readyz")

    def _sign_in(self) -> None:
        me = self._visitor("stranger", "en")
        while self._is_on():
            form = {"login": "lilei", "password": "right-password-1"}
            me.post("sign in", "/sign-in", form)
            self._home.wait(0.3)
