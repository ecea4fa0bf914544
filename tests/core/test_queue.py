import threading

from sqlalchemy.exc import OperationalError

from college.core import jobs, queue


def test_the_sweeper_outlives_a_database_that_is_away(monkeypatch, app):
    monkeypatch.setattr(queue, "SWEEP_SECONDS", 0.01)
    stop = threading.Event()
    rounds: list[int] = []

    def context():
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise OperationalError("SELECT 1", None, Exception("server closed the connection"))
        stop.set()
        return app.app_context()

    queue._repeat(context, stop, 3, jobs.sweep)

    assert rounds == [0, 1]
