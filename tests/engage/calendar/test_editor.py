"""The editor's form: places that are looked up, numbers that a post is to move, moments in hours that come twice."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from hubbub.connectors import Destination
from hubbub.connectors.discourse import Discourse
from hubbub.core.failures import Broken
from hubbub.core.slots import Slot
from hubbub.engage.calendar import actions, moving, places
from hubbub.store.models import Hours, Kpi, Objective, Planned, Role, Source
from tests.world import World, make_source

from .planning import launch, networks, version

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NEW = "/w/acme/engage/calendar/new/"


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.roles[Role.RESPONDER].user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def forum(world: World) -> Source:
    places._KNOWN.clear()
    settings = {"site": "https://forum.example.org", "user": "acme"}
    return make_source(world.acme, "Forum", kind="discourse", settings=settings, can=["reply", "post"])


def answering(monkeypatch: pytest.MonkeyPatch, answer: Sequence[Destination] | Exception) -> list[Mapping[str, str]]:
    asked: list[Mapping[str, str]] = []

    def look(self: Discourse, settings: Mapping[str, str], http: object) -> Sequence[Destination]:
        asked.append(settings)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Discourse, "places", look)
    return asked


def look_up(client: Client, forum: Source) -> Any:
    return client.post(NEW, {"text": "Half written", f"s{forum.pk}_on": "on", "look_up": f"s{forum.pk}"})


def test_places_are_asked_for_once_and_offered(client: Client, forum: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, [Destination("4", "Announcements")])
    assert b"Look up" in client.get(NEW).content
    assert asked == []  # opening the page asks nobody
    for _ in range(2):
        answer = look_up(client, forum)
        assert (answer.status_code, b"Half written" in answer.content) == (200, True)
        assert b'<option value="4">Announcements</option>' in answer.content
    assert len(asked) == 1
    assert not Planned.everywhere.exists()


@pytest.mark.parametrize(("key", "says"), [("", b"It is closed"), ("s0", b"no longer among those")])
def test_a_network_that_does_not_answer_costs_no_words(
    client: Client, forum: Source, monkeypatch: pytest.MonkeyPatch, key: str, says: bytes
) -> None:
    answering(monkeypatch, Broken("It is closed."))
    answer = client.post(NEW, {"text": "Half written", "look_up": key or f"s{forum.pk}"})
    assert (answer.status_code, b"Half written" in answer.content, says in answer.content) == (422, True, True)


@pytest.fixture
def kpis(world: World) -> dict[str, Kpi]:
    made = {}
    for workspace, name in ((world.acme, "Fans"), (world.acme, "Reach"), (world.bravo, "Theirs")):
        goal = Objective.everywhere.create(workspace=workspace, name=name, kind="fans")
        made[name] = Kpi.everywhere.create(workspace=workspace, objective=goal, measure="mentions")
    return made


@pytest.mark.parametrize(
    ("number", "goal", "kept", "status"),
    [
        ("Fans", "Fans", ("Fans", "Fans"), 303),
        ("Fans", "", ("Fans", "Fans"), 303),  # a number belongs to its objective
        ("", "Reach", ("", "Reach"), 303),
        ("Fans", "Reach", None, 422),
        ("Theirs", "", ("", ""), 303),  # of another workspace: there is no such number here
    ],
)
def test_the_number_that_it_is_to_move(
    client: Client, kpis: dict[str, Kpi], number: str, goal: str, kept: tuple[str, str] | None, status: int
) -> None:
    assert b"Theirs" not in client.get(NEW).content
    sent = {"text": "x", "kpi": kpis[number].pk if number else "", "objective": kpis[goal].objective_id if goal else ""}
    answer = client.post(NEW, {**sent, "act": "save"})
    assert answer.status_code == status
    rows = [
        (one.kpi.objective.name if one.kpi else "", one.objective.name if one.objective else "")
        for one in Planned.everywhere.select_related("kpi__objective", "objective")
    ]
    assert rows == ([kept] if kept else [])


def test_a_moment_that_was_left_alone_stays_in_an_hour_that_comes_twice(world: World, client: Client) -> None:
    """2:30 in the night of 31 October 2027, the second time: its field shows 2:30, which read anew is the first."""
    Hours.everywhere.create(workspace=world.acme, name="Ours", zone="Europe/Berlin", week=[""] * 7, standard=True)
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    source = networks(world.acme)[0]
    item = launch(world.alice, source, due=second)
    shown = {"text": "Other", "when": "2027-10-31T02:30", f"v{version(item, source).pk}_on": "on", "act": "save"}
    assert client.post(f"/w/acme/engage/calendar/{item.pk}/edit/", shown).status_code == 303
    item.refresh_from_db()
    assert (item.text, item.due) == ("Other", second)


def test_the_week_shows_free_posting_times(world: World, client: Client) -> None:
    source = networks(world.acme)[0]
    moving.set_slots(source, [Slot(day, minute) for day in range(7) for minute in (540, 1020)], by=world.alice)
    monday = timezone.now().date() + timedelta(days=14)
    monday -= timedelta(days=monday.weekday())
    taken = datetime.combine(monday, time(9), tzinfo=UTC)
    actions.plan(launch(world.alice, source, due=taken), by=world.alice)
    page = client.get(f"/w/acme/engage/calendar/?view=week&day={monday}").content.decode()
    assert page.count(f"&amp;source={source.pk}") == 13
    assert f"when={monday}T09:00" not in page
    form = client.get(f"{NEW}?when={monday}T17:00&source={source.pk}").content.decode()
    assert f'value="{monday}T17:00"' in form
    assert f'name="s{source.pk}_on" checked' in form
    past = client.get("/w/acme/engage/calendar/?view=week&day=2020-01-06").content
    assert b"Free posting" not in past


def test_every_page_tells_the_time_of_the_place(world: World, client: Client) -> None:
    """A field that shows another hour than the one that is meant would move the post when it is sent."""
    Hours.everywhere.create(workspace=world.acme, name="Ours", zone="Pacific/Kiritimati", week=[""] * 7, standard=True)
    source = networks(world.acme)[0]
    moving.set_slots(source, [Slot(day, 540) for day in range(7)], by=world.alice)
    item = moving.enqueue(launch(world.alice, source), by=world.alice)
    assert item.due is not None
    here = item.due.astimezone(ZoneInfo("Pacific/Kiritimati"))
    base, local = "/w/acme/engage/calendar/", f"{here:%Y-%m-%dT}09:00"
    for path, says in (
        (f"{item.pk}/", f'value="{local}"'),
        (f"{item.pk}/", f"{here:%-d %B %Y}, 09:00"),
        (f"{item.pk}/edit/", f'value="{local}"'),
        (f"?day={here:%Y-%m-%d}", f'data-at="{local}"'),
        (f"?view=week&day={here + timedelta(days=7):%Y-%m-%d}", f"when={here + timedelta(days=7):%Y-%m-%d}T09:00"),
        ("queue/", f"{here:%-d %b}, 09:00"),
    ):
        assert says in client.get(base + path).content.decode(), path


@pytest.mark.parametrize(
    ("more", "status", "says"),
    [({}, 200, b"What can leave"), ({"tags": "x" * 60}, 422, b"A tag has at most 50"), ({"text": ""}, 422, b"Give it")],
)
def test_a_preview_shows_what_would_leave_or_why_not(
    world: World, client: Client, more: dict[str, str], status: int, says: bytes
) -> None:
    source = networks(world.acme)[0]
    sent = {"text": "What can leave", f"s{source.pk}_on": "on", "act": "preview", **more}
    answer = client.post(NEW, sent)
    assert (answer.status_code, says in answer.content, Planned.everywhere.exists()) == (status, True, False)
