"""The calendar in other programs, and from a file: whose it is, what it holds, when it is unchanged."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hubbub.engage.calendar import actions, feeds, importing, settings_actions
from hubbub.store.models import CalendarFeed, Planned, Role
from hubbub.ui.api import Refusal
from tests.core.test_ical import meant, parsed
from tests.world import World

from .planning import launch, networks

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def address(world: World, *, mine: bool = False) -> tuple[CalendarFeed, str]:
    feed, secret = settings_actions.make_feed(world.alice, "Phone", mine=mine, by=world.alice)
    return feed, f"/calendar/{secret}.ics"


def test_it_holds_what_is_planned(world: World) -> None:
    item = actions.plan(launch(world.alice, *networks(world.acme), title="Launch, at last"), by=world.alice)
    gone = launch(world.alice, title="Gone")
    actions.drop(gone, by=world.alice)
    _, url = address(world)
    answer = Client().get(url)
    events = {meant(one["SUMMARY"]): one for one in parsed(answer.content)}
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert (events["Launch, at last"]["STATUS"], events["Gone"]["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert f"/engage/calendar/{item.pk}/" in events["Launch, at last"]["URL"]
    uid = events["Launch, at last"]["UID"]
    actions.back_to_draft(item, by=world.alice)
    again = {meant(one["SUMMARY"]): one for one in parsed(Client().get(url).content)}["Launch, at last"]
    assert (again["UID"], again["STATUS"]) == (uid, "TENTATIVE")
    assert int(again["SEQUENCE"]) > int(events["Launch, at last"]["SEQUENCE"])


def test_unchanged_it_is_not_sent_again(world: World) -> None:
    launch(world.alice, title="Launch")
    _, url = address(world)
    first = Client().get(url)
    assert first["Last-Modified"]
    assert Client().get(url, headers={"if-none-match": first["ETag"]}).status_code == 304
    launch(world.alice, title="Another")
    assert Client().get(url, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_only_mine(world: World) -> None:
    launch(world.alice, title="Mine")
    launch(world.roles[Role.MANAGER], title="Theirs")
    _, url = address(world, mine=True)
    assert [one["SUMMARY"] for one in parsed(Client().get(url).content)] == ["Mine"]


def test_a_revoked_address_and_that_of_who_left_open_nothing(world: World) -> None:
    feed, url = address(world)
    assert Client().get("/calendar/unknown.ics").status_code == 404
    assert Client().get(url).status_code == 200
    world.alice.active = False
    world.alice.save()
    assert Client().get(url).status_code == 404
    world.alice.active = True
    world.alice.save()
    settings_actions.revoke_feed(feed, by=world.alice)
    assert Client().get(url).status_code == 404
    assert not CalendarFeed.everywhere.filter(hashed__in=url).exists()


def test_a_file_is_tried_line_by_line(world: World) -> None:
    networks(world.acme)
    when = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT09:00")
    rows = [f"Good,Hello,{when},Masto|Sky", "Bad,Hello,never,Masto", "Ugly,Hello,,Nowhere"]
    lines = importing.read(world.acme, "\n".join(["title,text,when,sources", *rows]).encode())
    tried = importing.tried(world.acme, lines, plan=True, by=world.alice)
    assert [bool(one.error) for one in tried] == [False, True, True]
    assert not Planned.everywhere.exists()  # trying keeps nothing
    with pytest.raises(Refusal, match="Line 3"):
        importing.take_in(world.acme, lines, plan=True, by=world.alice)
    assert not Planned.everywhere.exists()
    [made] = importing.take_in(world.acme, lines[:1], plan=True, by=world.alice)
    assert (made.state, made.versions.count()) == ("planned", 2)


def test_much_that_is_past_cuts_off_nothing_that_is_to_come(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST", 5)
    source, now = networks(world.acme)[0], timezone.now()
    for days in (*range(-20, 0), 1, 2):
        launch(world.alice, source, title=f"In {days}", due=now + timedelta(days=days))
    _, url = address(world)
    named = [meant(one["SUMMARY"]) for one in parsed(Client().get(url).content)]
    assert {"In 1", "In 2"} <= set(named)
    assert Client().head(url).status_code == 200  # some programs look first
