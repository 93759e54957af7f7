"""The bell, the list behind it, and how a member chooses to be told."""

import pytest
from django.test import override_settings
from django.urls import reverse

from hubbub.store.models import Address, Audit, Notification, NotificationKind, Telling
from hubbub.store.notifying import notify
from tests.store.test_promises import ask, talk
from tests.team.notifications.sinks import http_sink
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def url(name: str, *args: object, slug: str = "acme") -> str:
    return reverse(f"team:{name}", args=[slug, *args])


def make_told(world: World, number: int = 3) -> list[Notification]:
    about = talk(ask(make_source(world.acme)))
    kinds = (NotificationKind.ASSIGNED, NotificationKind.PROMISE)
    for count in range(number):
        notify([world.alice], kinds[count % 2], f"Thing {count}", about=about, key=str(count))
    return list(Notification.everywhere.order_by("pk"))


def test_the_bell_counts_what_is_unread_on_every_page(world: World) -> None:
    client = world.client()
    assert 'class="bell' not in client.get(url("members")).content.decode()
    make_told(world)
    assert "3 unread" in client.get(url("members")).content.decode()


def test_opening_one_leads_there_and_reads_it(world: World) -> None:
    first = make_told(world)[0]
    answered = world.client().get(url("notification", first.pk))
    assert (answered.status_code, answered["Location"]) == (303, f"/w/acme/engage/{first.noun_id}/")
    first.refresh_from_db()
    assert first.read is not None


def test_unread_ones_come_first_and_kinds_can_be_chosen(world: World) -> None:
    rows, client = make_told(world), world.client()
    client.post(url("notifications_read"), {"pk": [rows[2].pk]})
    page = client.get(url("notifications")).content.decode()
    assert page.index("Thing 1") < page.index("Thing 0") < page.index("Thing 2")
    page = client.get(url("notifications"), {"kind": "promise"}).content.decode()
    assert "Thing 1" in page
    assert "Thing 0" not in page


def test_all_read_spares_what_came_meanwhile_and_reading_can_be_undone(world: World) -> None:
    rows, client = make_told(world), world.client()
    client.post(url("notifications_read"), {"until": rows[1].pk})
    assert Notification.everywhere.filter(read=None).count() == 1
    client.post(url("notifications_unread"), {"pk": [rows[0].pk]})
    assert Notification.everywhere.filter(read=None).count() == 2


def test_many_are_shown_a_page_at_a_time(world: World) -> None:
    make_told(world, 120)
    client = world.client()
    Notification.everywhere.filter(pk__lte=Notification.everywhere.order_by("-pk")[10].pk).update(
        read="2026-11-01T00:00Z"
    )
    seen, address = [], url("notifications")
    for _ in range(4):
        page = client.get(address).context
        seen += [row.pk for row in page["rows"]]
        if not page["page"].earlier:
            break
        address = url("notifications") + page["page"].earlier
    assert len(seen) == len(set(seen)) == 120


def test_nobody_sees_what_another_is_told(world: World) -> None:
    first = make_told(world)[0]
    colleague = world.client(world.roles["manager"])
    assert colleague.get(url("notification", first.pk)).status_code == 404
    assert "Thing" not in colleague.get(url("notifications")).content.decode()
    colleague.post(url("notifications_read"), {"pk": [first.pk], "until": "999999"})
    assert Notification.everywhere.filter(read=None).count() == 3


CHOSEN = {"mail_assigned": "digest", "mail_promise": "now", "urgent_escalated": "on", "digest_at": "08:30"}


def test_what_is_chosen_is_kept_and_logged(world: World) -> None:
    client = world.client()
    given = {**CHOSEN, "zone": "Asia/Kathmandu", "quiet_from": "22:00", "quiet_until": "07:00"}
    assert client.post(url("telling"), given).status_code == 303
    row = Telling.everywhere.get()
    assert (row.mail, row.urgent) == ({"assigned": "digest", "promise": "now"}, ["escalated"])
    assert (row.quiet_from, row.quiet_until, row.digest_at, row.zone) == (1320, 420, 510, "Asia/Kathmandu")
    assert row.next_digest is not None
    assert (row.next_digest.hour, row.next_digest.minute) == (2, 45)
    assert Audit.of(world.acme).filter(verb="choose", by_member=world.alice).count() == 1
    assert 'value="22:00' in client.get(url("telling")).content.decode()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"zone": "Moon"}, "is no time zone"),
        ({"quiet_from": "22:00"}, "Quiet hours need a beginning and an end"),
        ({"digest_at": ""}, "Say at what time the daily digest is to come"),
    ],
)
def test_what_cannot_be_is_refused(world: World, given: dict[str, str], says: str) -> None:
    answered = world.client().post(url("telling"), {**CHOSEN, **given})
    assert answered.status_code == 422
    assert says in answered.content.decode()


def test_an_address_is_kept_sealed_tried_changed_and_removed(world: World) -> None:
    client = world.client()
    with http_sink() as sink, override_settings(PRIVATE_HOSTS_ALLOWED=["127.0.0.1"]):
        given = {"name": "Chat", "url": f"json://me:secret@127.0.0.1:{sink.port}/", "kinds": ["assigned"]}
        client.post(url("address_add"), given)
        row = Address.everywhere.get()
        assert b"secret" not in bytes(row.sealed)
        assert "secret" in row.url
        assert "secret" not in client.get(url("telling")).content.decode()
        client.post(url("address_change", row.pk), {"act": "test"})
        assert "A test for Alice" in sink.took[0]
        sink.answer = 404
        page = client.post(url("address_change", row.pk), {"act": "test"}, follow=True).content.decode()
        assert "JSON refused it (404)" in page
    client.post(url("address_change", row.pk), {"act": "save", "name": "Room", "kinds": ["promise", "failed"]})
    row.refresh_from_db()
    assert (row.name, row.kinds) == ("Room", ["promise", "failed"])
    client.post(url("address_change", row.pk), {"act": "remove"})
    assert not Address.everywhere.exists()


def test_no_address_leads_inside(world: World) -> None:
    client = world.client()
    answered = client.post(url("address_add"), {"url": "file:///etc/passwd"})
    assert (answered.status_code, "“file” is not taken" in answered.content.decode()) == (422, True)
    with http_sink() as sink:
        client.post(url("address_add"), {"url": f"json://127.0.0.1:{sink.port}/", "kinds": ["assigned"]})
        page = client.post(url("address_change", Address.everywhere.get().pk), {"act": "test"}, follow=True)
        assert "leads into a private network" in page.content.decode()
        assert sink.took == []
