"""The pages of promises, hours and what was kept."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from hubbub.store import settling
from hubbub.store.hours import zone_of
from hubbub.store.models import Audit, Conversation, Holiday, Hours, Promise, Resettling, Role, Wait
from tests.store.test_promises import ASKED, MINUTE, OFFICE, answer, ask, make_hours, make_promise, settle
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

WEEK = {f"day_{number}": text for number, text in enumerate(OFFICE)}


def url(name: str, *args: object) -> str:
    return reverse(f"engage:{name}", args=["acme", *args])


def test_an_empty_house_says_what_to_do(world: World) -> None:
    client = world.client()
    assert b"Nothing is promised yet" in client.get(url("promises")).content
    assert b"When are you there?" in client.get(url("hours")).content
    assert b"Nothing was promised yet" in client.get(url("promises_kept")).content


def test_the_first_hours_give_the_workspace_its_zone(world: World) -> None:
    assert zone_of(world.acme).key == "UTC"
    answered = world.client().post(url("hours_new"), {"name": "Office", "zone": "Europe/Berlin", **WEEK})
    row = Hours.of(world.acme).get()
    assert answered.status_code == 303
    assert (row.standard, row.week[0], row.week[6]) == (True, "09:00-12:30, 13:30-17:00", "")
    assert zone_of(world.acme).key == "Europe/Berlin"
    assert Audit.of(world.acme).filter(verb="add", noun="hours").count() == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"zone": "Berlin"}, "is no time zone"),
        ({"day_0": "nine to five"}, "is no interval"),
        ({f"day_{number}": "" for number in range(7)}, "Nobody is ever there"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_hours_that_cannot_be_are_refused(world: World, given: dict[str, str], says: str) -> None:
    answered = world.client().post(url("hours_new"), {"name": "Office", "zone": "Europe/Berlin", **WEEK, **given})
    assert answered.status_code == 422
    assert says in answered.content.decode()
    assert not Hours.everywhere.exists()


def test_a_question_on_friday_evening_is_shown_due_on_monday(world: World) -> None:
    hours = make_hours(world.acme)
    asked = {"asked": "2026-11-20T16:50", "length": "30 min"}
    page = world.client().get(url("hours_one", hours.pk), asked).content.decode()
    assert "Friday 20 November, 16:50" in page
    assert "Monday 23 November, 09:20" in page
    assert (
        "is no length of time"
        in world.client().get(url("hours_one", hours.pk), {**asked, "length": "soon"}).content.decode()
    )


def test_changed_hours_have_everything_settled_anew(world: World) -> None:
    hours = make_hours(world.acme)
    world.client().post(url("hours_one", hours.pk), {"name": "Office", "zone": "Asia/Kathmandu", **WEEK})
    hours.refresh_from_db()
    assert hours.zone == "Asia/Kathmandu"
    assert Resettling.of(world.acme).exists()


def test_holidays_by_hand_and_from_a_file(world: World) -> None:
    hours, client = make_hours(world.acme), world.client()
    client.post(url("holiday_add", hours.pk), {"day": "2026-12-24", "name": "Christmas Eve", "spans": "9-12"})
    client.post(url("holiday_add", hours.pk), {"day": "2026-12-24", "name": "Eve", "spans": "9-11"})
    entry = "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\r\nEND:VEVENT\r\n"
    content = f"BEGIN:VCALENDAR\r\n{entry}END:VCALENDAR\r\n".encode()
    for _ in range(2):
        client.post(url("holidays_import", hours.pk), {"file": SimpleUploadedFile("days.ics", content)})
    found = Holiday.of(world.acme).values_list("day", "name", "spans")
    assert list(found) == [(date(2026, 12, 24), "Eve", "09:00-11:00"), (date(2026, 12, 25), "Christmas", "")]
    client.post(url("holiday_remove", Holiday.of(world.acme).first().pk))
    assert Holiday.of(world.acme).count() == 1
    answered = client.post(
        url("holidays_import", hours.pk), {"file": SimpleUploadedFile("a.ics", b"hello")}, follow=True
    )
    assert "no calendar file" in answered.content.decode()


def test_hours_that_promises_rest_on_stay(world: World) -> None:
    make_hours(world.acme)
    night = make_hours(world.acme, name="Night", standard=False)
    promise = make_promise(world.acme, hours=night)
    answered = world.client().post(url("hours_delete", night.pk), follow=True)
    assert "Promises rest on these hours: “All”" in answered.content.decode()
    promise.delete()
    world.client().post(url("hours_delete", night.pk))
    assert Hours.of(world.acme).count() == 1


GIVEN = {"name": "Complaints", "query": "open", "first": "1 h", "following": "4 h", "nudge": "75 %"}


def test_a_promise_is_made_tried_out_changed_moved_and_retired(world: World) -> None:
    client, source = world.client(), make_source(world.acme)
    ask(source)
    tried = client.post(url("promise_new"), {**GIVEN, "try": "1"}).content.decode()
    assert "<strong>1</strong> of the 1" in " ".join(tried.split())
    assert not Promise.everywhere.exists()
    client.post(url("promise_new"), GIVEN)
    made = Promise.of(world.acme).get()
    assert (made.first_minutes, made.next_minutes, made.nudge_percent) == (60, 240, 75)
    client.post(url("promise_new"), {"name": "Rest", "first": "8 h", "nudge": "30 min", "priorities": ["low", "high"]})
    rest = Promise.of(world.acme).get(name="Rest")
    assert (rest.nudge_minutes, rest.priorities) == (30, ["high", "low"])
    client.post(url("promise_move", rest.pk), {"to": "up"})
    assert [one.name for one in Promise.of(world.acme)] == ["Rest", "Complaints"]
    client.post(url("promise", made.pk), {**GIVEN, "first": "30 min", "tell": [world.alice.pk]})
    made.refresh_from_db()
    assert (made.first_minutes, list(made.tell.all())) == (30, [world.alice])
    client.post(url("promise_retire", made.pk))
    client.get(url("promises"))  # shows what was said on the way
    assert "Complaints" not in client.get(url("promises")).content.decode()
    assert "Complaints" in client.get(url("promises"), {"retired": ""}).content.decode()
    client.post(url("promise_back", made.pk))
    verbs = Audit.of(world.acme).filter(noun="promise").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["add", "add", "move", "change", "retire", "bring back"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"first": "", "following": ""}, "Promise something"),
        ({"first": "soon"}, "is no length of time"),
        ({"query": "(open"}, "This cannot be read"),
        ({"query": "age:<4h"}, "changes by the clock alone"),
        ({"nudge": "120 %"}, "between 1 % and 99 %"),
        ({"nudge": "2 h"}, "would come before the question"),
        ({"first": "9999 h", "hours": "office"}, "not worked in these hours for many years"),
    ],
)
def test_what_cannot_be_promised_is_refused(world: World, given: dict[str, str], says: str) -> None:
    hours = make_hours(world.acme, week=["9-9:05", *[""] * 6])
    given = {key: str(hours.pk) if value == "office" else value for key, value in given.items()}
    answered = world.client().post(url("promise_new"), {**GIVEN, **given})
    assert answered.status_code == 422
    assert says in answered.content.decode()
    assert not Promise.everywhere.exists()


def test_only_managers_promise(world: World) -> None:
    promise = make_promise(world.acme)
    client = world.client(world.roles[Role.MODERATOR])
    assert client.get(url("promise", promise.pk)).status_code == 200
    assert client.post(url("promise", promise.pk), GIVEN).status_code == 403
    assert client.get(url("promise_new")).status_code == 403


def make_kept(world: World) -> None:
    """One answered in time, one late, one that waits, one that waits too long."""
    make_promise(world.acme, made=timezone.now() - timedelta(days=400))
    source = make_source(world.acme)
    now = timezone.now().replace(microsecond=0)
    posts = [ask(source, number, published=now - (90 - number) * MINUTE) for number in range(3)]
    posts.append(ask(source, 9, published=now - MINUTE))
    settle(now - 89 * MINUTE)
    answer(posts[0], now - 80 * MINUTE, world.alice)
    answer(posts[1], now - 10 * MINUTE, world.alice)
    settle(now)


def test_what_was_kept_is_counted_and_every_number_has_its_list(world: World) -> None:
    make_kept(world)
    assert sorted(Wait.everywhere.values_list("end", flat=True)) == ["broken", "kept", "late", "running"]
    page = world.client().get(url("promises_kept")).content.decode()
    assert "33 %" in page
    counts = {
        end: world.client().get(url("promises_waits"), {"end": end}).content.decode().count("<li data-row>")
        for end in ("", "kept", "broken", "waiting", "late", "running", "dropped")
    }
    assert counts == {"": 4, "kept": 1, "broken": 2, "waiting": 2, "late": 1, "running": 1, "dropped": 0}
    mine = world.client().get(url("promises_waits"), {"member": world.alice.pk}).content.decode()
    assert mine.count("<li data-row>") == 2


@pytest.mark.parametrize(("kind", "number"), [("first", 4), ("next", 0), ("", 4)])
def test_what_is_asked_for_is_asked_for_in_every_link(world: World, kind: str, number: int) -> None:
    make_kept(world)
    page = world.client().get(url("promises_kept"), {"kind": kind, "weeks": 4})
    link = page.context["report"].whole.link
    assert f"kind={kind}&weeks=4" in link
    assert world.client().get(url("promises_waits") + link).content.decode().count("<li data-row>") == number


def test_the_export_holds_them_all_and_no_formula(world: World) -> None:
    make_kept(world)
    Promise.everywhere.update(name="=SUM(A1)")
    lines = b"".join(world.client().get(url("promises_csv")).streaming_content).decode().splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("conversation,network,promise")
    assert all(",'=SUM(A1)," in line for line in lines[1:])


def test_other_workspaces_see_nothing_of_it(world: World) -> None:
    make_kept(world)
    page = world.client(world.bob).get(reverse("engage:promises_kept", args=["bravo"])).content.decode()
    assert "Nothing was promised yet" in page


@pytest.mark.parametrize(
    ("due", "says"),
    [(90, "1 h 30 min left"), (-180, "broken 3 h ago"), (None, "paused")],
)
def test_every_row_and_every_head_say_how_much_time_is_left(world: World, due: int | None, says: str) -> None:
    promise, post = make_promise(world.acme, hours=make_hours(world.acme)), ask(make_source(world.acme))
    settling.step(ASKED)
    when = None if due is None else timezone.now() + due * MINUTE + timedelta(seconds=5)
    rows = Conversation.everywhere.filter(pk=post.conversation_id)
    rows.update(promise=promise, due=when, stirred=False)
    for page in (url("inbox"), url("conversation", post.conversation_id)):
        assert says in world.client().get(page).content.decode()
    rows.update(promise=None, due=None)
    assert says not in world.client().get(url("inbox")).content.decode()
