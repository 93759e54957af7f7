"""A suggestion is taken while its person is merged, parted and counted: nobody waits for each other for ever."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection, connections
from django.utils import timezone

from hubbub.engage.relations import actions, suggestions_actions
from hubbub.store import activities, merging
from hubbub.store.models import Activity, Person, Suggestion
from hubbub.ui.api import Refusal
from tests.world import NOON, make_author, make_world

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
TURNS = 12


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_taking_against_merging_and_counting() -> None:
    world = make_world()
    two = [make_author(world.acme, name).person for name in ("erin", "frank")]
    for person in two:
        Activity.everywhere.create(workspace=world.acme, person=person, due=NOON)
    rows = [
        Suggestion.everywhere.create(workspace=world.acme, person=person, kind="answer", reason="r", found=NOON)
        for person in two
    ]
    start = threading.Barrier(4)

    def take(row: Suggestion) -> None:
        fresh = Suggestion.of(world.acme).select_related("workspace", "person").get(pk=row.pk)
        taken = suggestions_actions.take(fresh, by=world.alice)
        actions.end(taken.relationship, by=world.alice, why="again")
        Suggestion.of(world.acme).filter(pk=row.pk).update(state="open", until=None, relationship=None)

    def merge() -> None:
        one, other = (Person.of(world.acme).get(pk=person.pk) for person in two)
        merging.unmerge(merging.merge(one, other, by=world.alice), by=world.alice)

    def count() -> None:
        Activity.of(world.acme).update(due=NOON)
        activities.count(timezone.now())

    def work(act: Callable[[], None]) -> None:
        try:
            start.wait()
            for _ in range(TURNS):
                with suppress(Refusal, merging.Refused):
                    act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(work, act) for act in (lambda: take(rows[0]), lambda: take(rows[1]), merge, count)]
    assert [one.exception() for one in done] == [None] * 4
