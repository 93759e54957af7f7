"""The sealed log: everything is sealed once, and whatever is done to it past Hubbub is found."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from hubbub.store import sealing
from hubbub.store.audit import audit
from hubbub.store.models import Audit, Post, Seal, System, Verdict
from hubbub.store.models.audit import AuditRefused

from ..world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]
US = System("Tests")


def write(world: World, many: int = 1) -> list[Audit]:
    """Entries of the log."""
    with transaction.atomic():
        return [audit(world.alice, f"act {number}", by=US, why="“Why?”", after={"n": number}) for number in range(many)]


def judged(world: World, many: int = 1) -> Post:
    """A post of which rules said so much."""
    post = make_post(make_source(world.acme), "spam")
    for number in range(many):
        Verdict.everywhere.create(
            workspace=world.acme, post=post, rule_name=f"rule {number}", state="shadow", outcome="hide",
            because="Because", spans=[["text", 0, 4]], at=timezone.now(),
        )  # fmt: skip
    return post


def seal_all() -> None:
    later = timezone.now() + timedelta(minutes=2)
    while sealing.seal_some(later):
        pass


def check(world: World) -> sealing.Checked:
    return sealing.check(world.acme, timezone.now() + timedelta(minutes=3))


def test_everything_is_sealed_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 7)
    write(world, 20)
    judged(world, 10)
    seal_all()
    write(world, 3)
    seal_all()
    found = check(world)
    assert found.faults == []
    assert found.entries == Audit.of(world.acme).count() + Verdict.of(world.acme).count()
    assert found.head is not None
    assert found.head.number == found.links == Seal.of(world.acme).count()
    assert not Seal.of(world.bravo).filter(link=found.head.link).exists()


def test_what_was_just_written_waits_a_moment(world: World) -> None:
    write(world)
    seal_all()
    (entry,) = write(world)
    assert not sealing.seal_some(entry.at + timedelta(seconds=4))
    assert sealing.seal_some(entry.at + timedelta(seconds=6))


def test_an_entry_of_a_slow_transaction_is_sealed_too(world: World) -> None:
    """It has a smaller id than what was sealed before it could be seen."""
    early, *_ = write(world, 3)
    fields = Audit.of(world.acme).filter(pk=early.pk).values().get()
    sql("DELETE FROM store_audit WHERE id = %s", early.pk)
    seal_all()
    Audit.everywhere.bulk_create([Audit(**fields)])
    assert sealing.seal_some(timezone.now() + timedelta(minutes=1))
    assert check(world).faults == []


def sql(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def slip_in(world: World, entry: Audit) -> None:
    """An entry from long ago, which was never written."""
    fields = Audit.of(world.acme).filter(pk=entry.pk).values().get() | {"id": 10**9, "verb": "forged"}
    Audit.everywhere.bulk_create([Audit(**fields)])


TAMPER: dict[str, tuple[Callable[[World, Audit], None], str]] = {
    "another reason": (
        lambda _w, e: sql("UPDATE store_audit SET why = 'other' WHERE id = %s", e.pk), "is not as it was sealed",
    ),
    "another name": (
        lambda _w, e: sql("UPDATE store_audit SET by_name = 'Bob' WHERE id = %s", e.pk), "is not as it was sealed",
    ),
    "taken out": (lambda _w, e: sql("DELETE FROM store_audit WHERE id = %s", e.pk), "taken out of the log"),
    "slipped in": (slip_in, "stand in no link"),
    "a link less": (lambda _w, _e: sql("DELETE FROM store_seal WHERE number = 1"), "Link 1 is missing"),
    "a link changed": (lambda _w, _e: sql("UPDATE store_seal SET link = 'x' WHERE number = 1"), "Link 1 was changed"),
    "another verdict": (
        lambda _w, _e: sql("UPDATE store_verdict SET outcome = 'ban'"), "Verdict",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPER)
def test_whatever_is_done_past_hubbub_is_found(world: World, what: str) -> None:
    entry, *_ = write(world, 5)
    judged(world)
    seal_all()
    write(world)
    seal_all()
    assert check(world).faults == []
    tamper, says = TAMPER[what]
    tamper(world, entry)
    assert any(says in fault for fault in check(world).faults), check(world).faults


def test_forgetting_who_a_name_belonged_to_is_no_change(world: World) -> None:
    entry, *_ = write(world)
    seal_all()
    sql("UPDATE store_audit SET by_member_id = NULL WHERE id = %s", entry.pk)
    assert check(world).faults == []


def test_verdicts_of_erased_posts_leave_their_digests(world: World) -> None:
    post = judged(world, 2)
    seal_all()
    Verdict.of(world.acme).filter(post=post).delete()
    found = check(world)
    assert (found.faults, found.erased) == ([], 2)


def test_seals_are_never_changed(world: World) -> None:
    write(world)
    seal_all()
    seal = Seal.of(world.acme).get(number=1)
    for act in (seal.save, seal.delete, lambda: Seal.of(world.acme).update(link=""), Seal.of(world.acme).delete):
        with pytest.raises(AuditRefused):
            act()


def test_an_export_can_be_checked_without_hubbub(world: World) -> None:
    """By what docs/operate.md says, and the standard library."""
    write(world, 4)
    judged(world, 2)
    seal_all()
    before, entries = "0" * 64, {}
    lines = [json.loads(line) for line in sealing.exported(world.acme)]
    for line in lines:
        if "entry" in line:
            written = json.dumps(line["entry"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            entries[line["entry"]["id"]] = sha256(written.encode()).digest()
            continue
        link = line["link"]
        assert link["before"] == before
        digests = [bytes.fromhex(one) for one in link["digests"]]
        assert digests == [entries[pk] for pk in link["ids"]]
        head = json.dumps([before, link["number"], link["kind"], link["ids"]], separators=(",", ":")).encode()
        before = link["link"]
        assert sha256(head + b"".join(digests)).hexdigest() == before
        entries.clear()
    assert before == check(world).head.link


def test_the_page_says_how_far_it_is_sealed_and_hands_it_out(world: World) -> None:
    write(world, 4)
    seal_all()
    link = check(world).head
    assert link is not None
    client = world.client()
    assert link.link[:16] in client.get(reverse("moderate:log", args=["acme"])).content.decode()
    answer = client.get(reverse("moderate:log_chain", args=["acme"]))
    assert answer.getvalue().decode() == "".join(sealing.exported(world.acme))
