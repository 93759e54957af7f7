"""The loop: what one piece of work makes of a mistake does not end the others, nor itself."""

import logging
import threading

import pytest
from django.db import DatabaseError, OperationalError

from hubbub.engine import loop

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize("mistake", [DatabaseError("the row is gone"), ZeroDivisionError(), OperationalError("away")])
def test_a_mistake_is_told_and_the_work_goes_on(
    mistake: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "PAUSE_AFTER_TROUBLE", 0.0)
    monkeypatch.setattr(loop, "close_old_connections", lambda: None)
    monkeypatch.setattr(loop.connection, "close", lambda: None)
    stop, calls = threading.Event(), []

    def work() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise mistake
        stop.set()
        return True

    with caplog.at_level(logging.ERROR, logger="hubbub"):
        loop._repeat(work, stop)
    assert len(calls) == 2
    assert type(mistake).__name__ in caplog.text
