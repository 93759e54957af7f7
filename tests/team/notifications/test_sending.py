"""What is notified reaches its channels: once, in time, in quiet hours afterwards, and says why where it cannot."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from hubbub.store import telling
from hubbub.store.models import Address, Delivery, DeliveryState, Member, Notification, NotificationKind, Telling, Wait
from hubbub.store.notifying import notify
from hubbub.team.notifications import sending
from tests.store.test_promises import ask, make_promise
from tests.team.notifications.sinks import http_sink, smtp_sink
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERE = override_settings(PRIVATE_HOSTS_ALLOWED=["127.0.0.1"])


def tell(
    member: Member, kind: NotificationKind = NotificationKind.ASSIGNED, says: str = "Carol waits", key: str = "1"
) -> None:
    assert notify([member], kind, says, about=member, key=key) == 1


def make_address(member: Member, port: int, *kinds: str) -> Address:
    row = Address(
        workspace=member.workspace, member=member, name="Chat", service="JSON", kinds=list(kinds or ["assigned"])
    )
    row.url = f"json://127.0.0.1:{port}/"
    row.save()
    return row


def work(minutes: float = 0, now: object = None) -> None:
    moment = timezone.now() + timedelta(minutes=minutes)
    steps = 0
    while sending.step(moment):
        steps += 1
        assert steps < 20


@pytest.mark.parametrize(
    ("kind", "mails"), [("assigned", 1), ("mentioned", 1), ("escalated", 1), ("promise", 0), ("reminder", 0)]
)
def test_who_chose_nothing_is_written_to_of_what_is_theirs_to_do(world: World, kind: str, mails: int) -> None:
    tell(world.alice, NotificationKind(kind))
    work()
    work()
    assert len(mail.outbox) == mails
    assert Notification.everywhere.filter(sent=None).count() == 0


@override_settings(ADDRESS="https://hubbub.example.org")
def test_an_e_mail_says_what_leads_there_and_how_to_end_it(world: World) -> None:
    tell(world.alice)
    work()
    message = mail.outbox[0]
    row = Notification.everywhere.get()
    assert message.to == ["alice@example.org"]
    assert message.subject == "Carol waits"
    text, html = message.body, str(message.alternatives[0][0])
    for part in (text, html):
        assert f"https://hubbub.example.org/w/acme/team/notifications/{row.pk}/" in part
        assert "https://hubbub.example.org/w/acme/team/notifications/telling/" in part
    assert message.extra_headers["List-Unsubscribe"].startswith("<https://hubbub.example.org")


def test_a_chosen_channel_is_used_and_the_other_is_not(world: World) -> None:
    Telling.everywhere.create(workspace=world.acme, member=world.alice, mail={"promise": "now"})
    tell(world.alice)
    tell(world.alice, NotificationKind.PROMISE)
    work()
    assert [message.subject for message in mail.outbox] == ["Carol waits"]
    assert Delivery.everywhere.get().notification == Notification.everywhere.get(kind="promise")


@HERE
def test_an_address_is_told(world: World) -> None:
    Telling.everywhere.create(workspace=world.acme, member=world.alice)
    with http_sink() as sink:
        make_address(world.alice, sink.port)
        tell(world.alice)
        tell(world.alice, NotificationKind.PROMISE)
        work()
        work()
    assert len(sink.took) == 1
    assert "Carol waits" in sink.took[0]


def at(hour: int) -> int:
    """Minutes from midnight in UTC, so many hours from now."""
    when = timezone.now() + timedelta(hours=hour)
    return when.hour * 60 + when.minute


@pytest.mark.parametrize(("kind", "at_once"), [("assigned", 0), ("escalated", 1)])
def test_quiet_hours_hold_what_is_not_urgent(world: World, kind: str, at_once: int) -> None:
    Telling.everywhere.create(
        workspace=world.acme, member=world.alice, mail={kind: "now"}, urgent=["escalated"], zone="UTC",
        quiet_from=at(-1), quiet_until=at(2),
    )  # fmt: skip
    tell(world.alice, NotificationKind(kind))
    work()
    assert len(mail.outbox) == at_once
    work(121)
    assert len(mail.outbox) == 1


def test_what_was_read_meanwhile_is_not_sent(world: World) -> None:
    Telling.everywhere.create(
        workspace=world.acme,
        member=world.alice,
        mail={"assigned": "now"},
        zone="UTC",
        quiet_from=at(-1),
        quiet_until=at(2),
    )
    tell(world.alice)
    work()
    Notification.everywhere.update(read=timezone.now())
    work(121)
    assert mail.outbox == []
    assert Delivery.everywhere.get().state == "dropped"


@HERE
@pytest.mark.parametrize(("answer", "state", "tries"), [(403, "broken", 1), (503, "failed", 1)])
def test_a_refusal_is_shown_and_an_outage_tried_again(world: World, answer: int, state: str, tries: int) -> None:
    Telling.everywhere.create(workspace=world.acme, member=world.alice)
    with http_sink() as sink:
        sink.answer = answer
        address = make_address(world.alice, sink.port)
        tell(world.alice)
        work()
        row = Delivery.everywhere.get()
        assert (row.state, row.tries) == (state, tries)
        address.refresh_from_db()
        assert str(answer) in address.error
        assert str(answer) in world.client().get("/w/acme/team/notifications/telling/").content.decode()
        sink.answer = 200
        work(5)
    row.refresh_from_db()
    assert row.state == ("sent" if state == "failed" else "broken")
    assert len(sink.took) == (2 if state == "failed" else 1)


def test_it_is_given_up_after_a_day(world: World) -> None:
    with http_sink() as sink:
        port = sink.port
    Telling.everywhere.create(workspace=world.acme, member=world.alice)
    with HERE:
        make_address(world.alice, port)
        tell(world.alice)
        work()
        Delivery.everywhere.update(made=timezone.now() - timedelta(days=2), due=timezone.now())
        work()
    row = Delivery.everywhere.get()
    assert (row.state, row.error.startswith("Given up after a day")) == ("broken", True)


def test_a_mail_server_is_spoken_to(world: World) -> None:
    with smtp_sink() as sink, override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=sink.port,
        EMAIL_USE_TLS=False, EMAIL_HOST_USER="", EMAIL_HOST_PASSWORD="",
    ):  # fmt: skip
        tell(world.alice)
        work()
        sink.refuses = "550 no such box"
        tell(world.alice, key="2")
        work()
    assert len(sink.took) == 2
    assert "Message-ID: <delivery-" in sink.took[0]
    assert sorted(Delivery.everywhere.values_list("state", flat=True)) == ["broken", "sent"]


def test_nobody_else_is_told(world: World) -> None:
    Member.everywhere.filter(pk=world.alice.pk).update(active=False)
    world.alice.refresh_from_db()
    assert (
        notify([world.alice, world.bob], NotificationKind.ASSIGNED, "Carol", about=world.roles["viewer"], key="1") == 0
    )


def test_the_digest_comes_once_a_day_with_what_waits(world: World) -> None:
    make_promise(world.acme)
    ask(make_source(world.acme), published=timezone.now() - timedelta(hours=2))
    now = timezone.now()
    Telling.everywhere.create(
        workspace=world.acme, member=world.alice, mail={"promise": "digest"}, zone="UTC", digest_at=at(0),
        next_digest=now - timedelta(minutes=1),
    )  # fmt: skip
    tell(world.alice, NotificationKind.PROMISE, "Carol was promised a reply")
    work()
    work(5)
    assert [message.subject for message in mail.outbox] == ["Your day: Acme"]
    assert "1 normal" in mail.outbox[0].body
    assert "Carol was promised a reply" in mail.outbox[0].body
    assert "1 conversation opened" in mail.outbox[0].body
    work(60 * 24 * 3)  # after a downtime of days: one
    assert len(mail.outbox) == 2
    assert Wait.everywhere.count() == 0


def test_whoever_was_killed_while_sending_leaves_one_that_is_not_sent_again(world: World) -> None:
    tell(world.alice)
    now = timezone.now()
    telling.send_out(now)
    assert telling.claim(now) is not None
    assert telling.claim(now) is None
    later = now + telling.LEASE + timedelta(seconds=1)
    assert telling.claim(later) is None
    row = Delivery.everywhere.get()
    assert (row.state, row.tries) == (DeliveryState.UNSURE, 1)
    assert "may have arrived" in row.error
    work(60)
    assert mail.outbox == []


KILLED = """
import django, sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.utils import timezone
from hubbub.team.notifications import sending
sending.step(timezone.now())
"""


@pytest.mark.django_db(transaction=True)
def test_after_a_kill_in_the_middle_nothing_is_sent_twice(world: World) -> None:
    """A real process that is killed while the service holds its message and has not answered yet."""
    Telling.everywhere.create(workspace=world.acme, member=world.alice)
    with http_sink() as sink:
        make_address(world.alice, sink.port)
        tell(world.alice)
        sink.go_on.clear()
        settings_of_child = {"DJANGO_SETTINGS_MODULE": "hubbub.settings", "HUBBUB_ALLOW_PRIVATE_HOSTS": "127.0.0.1"}
        command = [sys.executable, "-c", KILLED, str(connection.settings_dict["NAME"])]
        child = subprocess.Popen(command, env={**os.environ, **settings_of_child}, cwd=Path(__file__).parents[3])
        assert sink.arrived.wait(60)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        sink.go_on.set()
        with HERE:
            work(1)
            work(telling.LEASE / timedelta(minutes=1) + 1)
            work(60)
    assert len(sink.took) == 1
    assert Delivery.everywhere.get().state == "unsure"
