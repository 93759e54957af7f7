"""Who may write to the embedded database, and when: whoever waits for it goes before background work."""

from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from pathlib import Path
from threading import Event, Thread
from time import sleep

import pytest
from django.db import IntegrityError, OperationalError, connection
from pytest_django import DjangoDbBlocker

from hubbub.store.embedded import base
from hubbub.store.embedded.base import DatabaseWrapper


@pytest.fixture
def opened(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[], DatabaseWrapper]]:
    """Opens connections to one database in a file, usable from any thread."""
    found: list[DatabaseWrapper] = []

    def one() -> DatabaseWrapper:
        settings = {
            **connection.settings_dict, "ENGINE": "hubbub.store.embedded", "NAME": str(tmp_path / "one.sqlite3"),
            "OPTIONS": {"timeout": 30}, "TIME_ZONE": None, "AUTOCOMMIT": True, "CONN_MAX_AGE": None,
        }  # fmt: skip
        made = DatabaseWrapper(settings, alias=f"file{len(found)}")
        made.inc_thread_sharing()
        found.append(made)
        return made

    with django_db_blocker.unblock():
        first = one()
        with first.cursor() as cursor:
            cursor.execute("CREATE TABLE line (id INTEGER PRIMARY KEY)")
        yield one
        for made in found:
            made.close()


@pytest.fixture
def stepping_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DatabaseWrapper, "queue", base.Queue())
    monkeypatch.setattr(base, "LONGEST", 3600.0)


def write(one: DatabaseWrapper) -> None:
    with one.cursor() as cursor:
        cursor.execute("INSERT INTO line DEFAULT VALUES")


def rows(one: DatabaseWrapper) -> int:
    with one.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM line")
        return int(cursor.fetchone()[0])


def in_transaction(one: DatabaseWrapper, act: Callable[[], object]) -> None:
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    one.in_atomic_block = True
    try:
        act()
        one.in_atomic_block = False
        one.commit()
    except BaseException:
        one.in_atomic_block = False
        one.rollback()
        raise
    finally:
        one.set_autocommit(True)


@pytest.mark.parametrize("how", [write, lambda one: in_transaction(one, lambda: write(one))])
@pytest.mark.usefixtures("stepping_back")
def test_background_work_waits_while_somebody_waits_to_write(
    opened: Callable[[], DatabaseWrapper], tmp_path: Path, how: Callable[[DatabaseWrapper], None]
) -> None:
    one, done = opened(), Event()
    with (tmp_path / base.FILE).open("a") as person:
        flock(person, LOCK_SH)

        def work() -> None:
            how(one)
            done.set()

        worker = Thread(target=work)
        worker.start()
        assert not done.wait(0.1)
        flock(person, LOCK_UN)
        worker.join()
    assert done.is_set()
    assert rows(one) == 1


@pytest.mark.usefixtures("stepping_back")
def test_background_work_is_done_however_busy_people_are(
    opened: Callable[[], DatabaseWrapper], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "LONGEST", 0.01)
    with (tmp_path / base.FILE).open("a") as person:
        flock(person, LOCK_SH)
        write(one := opened())
    assert rows(one) == 1


def test_people_say_that_they_wait_as_long_as_they_do(opened: Callable[[], DatabaseWrapper], tmp_path: Path) -> None:
    person = opened()
    seen: list[bool] = []
    with person.asking():
        seen.append(_somebody_waits(tmp_path))
    seen.append(_somebody_waits(tmp_path))
    assert seen == [True, False]


def _somebody_waits(folder: Path) -> bool:
    with (folder / base.FILE).open("a") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return True
    return False


def refused(one: DatabaseWrapper) -> None:
    with one.cursor() as cursor:
        cursor.execute("INSERT INTO line VALUES (1), (1)")


def unknown(one: DatabaseWrapper) -> None:
    with one.cursor() as cursor:
        cursor.execute("DELETE FROM nothing")


@pytest.mark.parametrize(
    ("ends", "with_error"),
    [
        (write, None),
        (refused, IntegrityError),
        (unknown, OperationalError),
        (lambda one: in_transaction(one, lambda: write(one)), None),
        (lambda one: in_transaction(one, lambda: refused(one)), IntegrityError),
        (lambda one: one.close(), None),
        (lambda one: in_transaction(one, one.connection.close), Exception),
    ],
)
@pytest.mark.usefixtures("stepping_back")
def test_a_turn_ends_however_the_work_does(
    opened: Callable[[], DatabaseWrapper],
    ends: Callable[[DatabaseWrapper], object],
    with_error: type[Exception] | None,
) -> None:
    one, next_one = opened(), opened()
    one.ensure_connection()
    if with_error is None:
        ends(one)
    else:
        with pytest.raises(with_error):
            ends(one)
    one.close()
    before = rows(next_one)
    write(next_one)
    assert rows(next_one) == before + 1


def test_threads_that_step_back_write_in_the_order_in_which_they_asked() -> None:
    queue, order = base.Queue(), []
    queue.enter()

    def work(number: int) -> None:
        queue.enter()
        order.append(number)
        queue.leave()

    threads = []
    for number in range(5):
        thread = Thread(target=work, args=(number,))
        threads.append(thread)
        thread.start()
        while queue._given < number + 2:  # it stands in the queue, behind whoever has the turn
            sleep(0.001)
    queue.leave()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
