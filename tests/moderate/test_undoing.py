"""Taking back what a batch or a rule did: previewed, in the background, stopped, never over a later decision."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.connectors import Batch as Read
from hubbub.core.post import Post as Shape
from hubbub.engine.take_in import take_in
from hubbub.moderate import actions, undoing
from hubbub.store.models import Audit, Batch, Decision, Deed, Outbox, Post, Rule, Source, Undoing
from hubbub.ui.api import Refusal
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme)


def bulk(world: World, source: Source, number: int) -> Batch:
    posts = [make_post(source, f"pills {one}", one) for one in range(1, number + 1)]
    done = actions.decide_many(world.acme, [post.pk for post in posts], Decision.HIDDEN, by=world.alice, why="spam")
    assert done.batch is not None
    return done.batch


def test_the_preview_says_what_it_would_mean(world: World, source: Source) -> None:
    batch = bulk(world, source, 5)
    first, second, third, *_ = Post.everywhere.order_by("pk")
    Outbox.everywhere.filter(post=first).update(state="sent", tries=1)
    actions.decide(second, Decision.APPROVED, by=world.alice)
    third.delete()
    seen = undoing.preview(world.acme, undoing.Wish(batch=batch))
    assert (seen.networks, seen.dropped, seen.here, seen.posts) == ([("Acme blog", 1)], 2, 0, 3)
    assert seen.kept == [("decided, or changed on its network, since", 1)]
    assert not Undoing.everywhere.exists()


def test_a_few_at_once_and_what_was_decided_since_is_left(world: World, source: Source) -> None:
    batch = bulk(world, source, 3)
    second = Post.everywhere.get(native_id="2")
    actions.decide(second, Decision.REMOVED, by=world.alice, why="worse")
    begun = undoing.start(world.acme, undoing.Wish(batch=batch), by=world.alice, why="a mistake")
    assert (begun.state, begun.total, begun.undone, begun.left) == ("done", 3, 2, 1)
    assert [deed.told[:19] for deed in Deed.everywhere.filter(fate="left")] == ["Alice removed this "]
    assert dict(Post.everywhere.values_list("native_id", "state")) == {"1": "visible", "2": "removed", "3": "visible"}
    # the other two were never sent: nobody has to be asked
    assert sorted(Outbox.everywhere.values_list("verb", "state")) == [
        ("hide", "dropped"), ("hide", "dropped"), ("hide", "dropped"), ("remove", "waiting"),
    ]  # fmt: skip
    with pytest.raises(Refusal, match="nothing left"):
        undoing.start(world.acme, undoing.Wish(batch=Batch(workspace=world.acme, pk=0)), by=world.alice, why="again")


def test_many_in_steps_stopped_and_begun_anew(world: World, source: Source) -> None:
    number = undoing.AT_ONCE + undoing.STEP
    wish = undoing.Wish(batch=bulk(world, source, number))
    begun = undoing.start(world.acme, wish, by=world.alice, why="a mistake")
    assert (begun.state, begun.undone) == ("running", 0)
    with pytest.raises(Refusal, match="being taken back already"):
        undoing.start(world.acme, wish, by=world.alice, why="again")
    assert undoing.step()
    assert undoing.stop(begun, by=world.alice).undone == undoing.STEP
    assert not undoing.step()
    again = undoing.start(world.acme, wish, by=world.alice, why="the rest too")
    assert again.total == number - undoing.STEP
    while undoing.step():
        pass
    again.refresh_from_db()
    assert (again.state, again.undone, again.left) == ("done", number - undoing.STEP, 0)
    assert set(Post.everywhere.values_list("state", "decision")) == {("visible", "")}
    assert [row.verb for row in Audit.of(world.acme).filter(noun="undoing").order_by("pk")] == [
        "start", "stop", "start", "finish",
    ]  # fmt: skip


@pytest.mark.parametrize(("since", "taken_back"), [({}, 3), ({"version": 2}, 1), ({"day": 1}, 2), ({"day": 9}, 0)])
def test_what_a_rule_did(world: World, source: Source, since: dict[str, int], taken_back: int) -> None:
    rule = Rule.everywhere.create(
        workspace=world.acme, name="Pills", when="pills", then="hide", state="live", because="Pills"
    )
    for number in (1, 2, 3):
        Rule.everywhere.filter(pk=rule.pk).update(version=2 if number == 3 else 1)
        world.acme.plan_changed()
        take_in(source, Read([Shape(str(number), f"pills {number}")], str(number)), now=timezone.now())
        today = timezone.now().date()
        if number == 1:  # as if it had been two days ago
            Batch.everywhere.filter(rule=rule).update(day=today - timedelta(days=2))
    day = timezone.now().date() - timedelta(days=1 if since.get("day") == 1 else -9) if "day" in since else None
    wish = undoing.Wish(rule=rule, version=since.get("version"), day=day)
    if not taken_back:
        with pytest.raises(Refusal, match="nothing left"):
            undoing.start(world.acme, wish, by=world.alice, why="too broad")
        return
    begun = undoing.start(world.acme, wish, by=world.alice, why="too broad")
    assert begun.undone == taken_back
    assert Post.everywhere.filter(state="visible").count() == taken_back


def test_what_is_deleted_for_good_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source(world.acme, kind="misago", can=["remove", "restore", "approve"])
    post = make_post(source)
    done = actions.decide_many(world.acme, [post.pk], Decision.REMOVED, by=world.alice, why="spam")
    Outbox.everywhere.update(state="sent", tries=1)
    wish = undoing.Wish(batch=done.batch)
    assert undoing.preview(world.acme, wish).kept == [("its network has deleted it for good", 1)]
    begun = undoing.start(world.acme, wish, by=world.alice, why="x")
    assert (begun.undone, begun.left) == (0, 1)
    assert "for good" in Deed.everywhere.get().told


def test_what_its_place_held_back_waits_again_when_its_rule_is_undone(world: World) -> None:
    source = make_source(world.acme, can=["approve", "hide", "remove"], owned=True)
    rule = Rule.everywhere.create(
        workspace=world.acme, name="Pills", when="pills", then="hide", because="spam", state="live", position=1
    )
    take_in(source, Read([Shape("1", "pills", state="pending")], "1"), now=timezone.now())
    assert Post.everywhere.get().decision == Decision.HIDDEN
    undoing.start(world.acme, undoing.Wish(rule=rule), by=world.alice, why="a mistake")
    post = Post.everywhere.get()
    assert (post.state, post.decision, post.waiting.post_id) == ("pending", Decision.QUEUED, post.pk)
