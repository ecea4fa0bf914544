"""The worker's part: what waits in the outbox is sent.

The rows are the work and nothing nudges for them: they are looked for every few seconds, in a
thread of its own, so that a slow mail server keeps no certificate waiting.
"""

from college.people.notices import sending

SECONDS = 3  # between two looks


def send_due() -> None:
    while sending.send_due() == sending.AT_ONCE:
        pass  # there was no room for all of them
