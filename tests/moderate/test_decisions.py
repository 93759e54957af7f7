"""Deciding: what becomes of the post, the log and the outbox; taking it back before and after it left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hubbub.moderate import actions
from hubbub.store.models import Audit, Decision, Outbox, OutboxState, Post, Role, Rule
from hubbub.ui.api import Refusal
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

APPROVED, HIDDEN, REMOVED = Decision.APPROVED, Decision.HIDDEN, Decision.REMOVED
ALL = ["reply", "approve", "hold", "spam", "hide", "remove", "restore"]


def waiting_post(world: World, can: list[str] = ALL, state: str = "visible", decision: str = "queued") -> Post:
    return make_post(make_source(world.acme, can=can), "buy pills", state=state, decision=decision)


def stands(post: Post) -> tuple[str, str]:
    return Post.everywhere.values_list("decision", "state").get(pk=post.pk)


def outbox() -> list[tuple[str, str]]:
    return list(Outbox.everywhere.order_by("pk").values_list("verb", "state"))


@pytest.mark.parametrize(
    ("state", "decision", "can", "becomes", "sent", "only_here"),
    [
        ("pending", APPROVED, ALL, "visible", ["approve"], False),
        ("visible", APPROVED, ALL, "visible", [], False),  # nothing has to change there
        ("removed", APPROVED, ["restore"], "visible", ["restore"], False),
        ("visible", HIDDEN, ALL, "hidden", ["hide"], False),
        ("visible", HIDDEN, ["hold"], "hidden", ["hold"], False),
        ("visible", HIDDEN, ["approve", "remove"], "hidden", [], True),
        ("visible", REMOVED, ALL, "removed", ["remove"], False),
        ("visible", REMOVED, [], "removed", [], True),
        ("pending", APPROVED, [], "visible", [], True),
    ],
)
def test_decide(
    world: World, state: str, decision: Decision, can: list[str], becomes: str, sent: list[str], only_here: bool
) -> None:
    post = waiting_post(world, can, state)
    done = actions.decide(post, decision, by=world.alice, why="as the policy says")
    assert stands(post) == (decision, becomes)
    assert [verb for verb, _ in outbox()] == sent
    assert done.only_here is only_here
    entry = Audit.everywhere.get()
    assert (entry.by_name, entry.why, entry.noun, entry.noun_id) == ("Alice", "as the policy says", "post", post.pk)
    assert (entry.before["decision"], entry.after["decision"]) == ("queued", decision)
    assert entry.after.get("state", state) == becomes
    assert entry.after["outbox"] == (done.sent.pk if done.sent else None)


@pytest.mark.parametrize(
    ("decision", "why", "says"),
    [
        (HIDDEN, "", "Say why"),
        (REMOVED, "  ", "Say why"),
        (Decision.QUEUED, "because", "cannot be decided"),
        (Decision.NONE, "because", "cannot be decided"),
    ],
)
def test_what_cannot_be_decided(world: World, decision: Decision, why: str, says: str) -> None:
    post = waiting_post(world)
    with pytest.raises(Refusal, match=says):
        actions.decide(post, decision, by=world.alice, why=why)
    assert stands(post) == ("queued", "visible")
    assert not Audit.everywhere.exists()
    assert not outbox()


def test_a_double_click_decides_once(world: World) -> None:
    post = waiting_post(world)
    first = actions.decide(post, HIDDEN, by=world.alice, why="spam", was="queued")
    again = actions.decide(post, HIDDEN, by=world.alice, why="spam", was="queued")
    assert (again.act, again.sent) == (first.act, first.sent)
    assert Audit.everywhere.filter(noun="post").count() == 1
    assert outbox() == [("hide", "waiting")]


@pytest.mark.parametrize("second", [APPROVED, HIDDEN, REMOVED])
def test_the_second_of_two_is_told(world: World, second: Decision) -> None:
    post = waiting_post(world)
    actions.decide(post, HIDDEN, by=world.roles[Role.MODERATOR], why="spam", was="queued")
    with pytest.raises(Refusal, match=r"Moderator hid this at .* because: spam\. Nothing was changed"):
        actions.decide(post, second, by=world.alice, why="spam", was="queued")
    assert stands(post) == ("hidden", "hidden")
    assert outbox() == [("hide", "waiting")]


def test_a_later_decision_replaces_what_has_not_left(world: World) -> None:
    post = waiting_post(world)
    actions.decide(post, HIDDEN, by=world.alice, why="spam")
    actions.decide(post, REMOVED, by=world.alice, why="it is worse", was="hidden")
    assert outbox() == [("hide", "dropped"), ("remove", "waiting")]


def test_replies_are_not_called_back(world: World) -> None:
    post = waiting_post(world)
    Outbox.everywhere.create(
        workspace=world.acme, source=post.source, post=post, verb="reply", key="r", by_name="Alice",
        created=timezone.now(), due=timezone.now(),
    )  # fmt: skip
    actions.decide(post, HIDDEN, by=world.alice, why="spam")
    assert outbox() == [("reply", "waiting"), ("hide", "waiting")]


@pytest.mark.parametrize(
    ("decision", "state", "left", "sends"),
    [
        (HIDDEN, "visible", {}, [("hide", "dropped")]),
        (REMOVED, "visible", {}, [("remove", "dropped")]),
        (APPROVED, "pending", {}, [("approve", "dropped")]),
        (APPROVED, "visible", {}, []),
        (HIDDEN, "visible", {"state": "sent", "tries": 1}, [("hide", "sent"), ("restore", "waiting")]),
        (REMOVED, "visible", {"state": "sent", "tries": 1}, [("remove", "sent"), ("restore", "waiting")]),
        (APPROVED, "pending", {"state": "sent", "tries": 1}, [("approve", "sent"), ("hold", "waiting")]),
        # it may have arrived although it failed: called back, and asked for the contrary
        (HIDDEN, "visible", {"state": "failed", "tries": 2}, [("hide", "dropped"), ("restore", "waiting")]),
        (HIDDEN, "visible", {"state": "waiting", "tries": 1}, [("hide", "dropped"), ("restore", "waiting")]),
        (HIDDEN, "visible", {"state": "broken", "tries": 2}, [("hide", "broken"), ("restore", "waiting")]),
    ],
)
def test_undo(
    world: World, decision: Decision, state: str, left: dict[str, object], sends: list[tuple[str, str]]
) -> None:
    post = waiting_post(world, state=state)
    done = actions.decide(post, decision, by=world.alice, why="spam")
    Outbox.everywhere.update(**({"state": "waiting"} | left))
    undone = actions.undo(done.act, by=world.alice)
    assert stands(post) == ("queued", state)
    assert Post.everywhere.get().decided is None
    assert outbox() == sends
    assert undone.act.verb == "undo"
    assert undone.act.after["decision"] == "queued"


def test_undo_while_it_is_being_sent_asks_for_the_contrary(world: World) -> None:
    done = actions.decide(waiting_post(world), HIDDEN, by=world.alice, why="spam")
    Outbox.everywhere.update(lease_until=timezone.now() + timedelta(minutes=5))
    actions.undo(done.act, by=world.alice)
    assert outbox() == [("hide", "waiting"), ("restore", "waiting")]


def test_undo_of_a_decision_that_replaced_another(world: World) -> None:
    post = waiting_post(world)
    actions.decide(post, HIDDEN, by=world.alice, why="spam")
    second = actions.decide(post, REMOVED, by=world.alice, why="worse")
    actions.undo(second.act, by=world.alice)
    assert stands(post) == ("hidden", "hidden")
    # the network was told neither; it hears again what stands now
    assert outbox() == [("hide", "dropped"), ("remove", "dropped"), ("hide", "waiting")]


def test_undo_only_here_sends_nothing(world: World) -> None:
    done = actions.decide(waiting_post(world, can=[]), HIDDEN, by=world.alice, why="spam")
    undone = actions.undo(done.act, by=world.alice)
    assert not outbox()
    assert not undone.only_here


def test_undo_of_what_a_rule_did(world: World) -> None:
    from django.db import transaction

    from hubbub.store import outbox as store_outbox
    from hubbub.store.audit import audit

    rule = Rule.everywhere.create(workspace=world.acme, name="Pills", when="pills", then="hide", because="Pills")
    post = waiting_post(world, state="hidden", decision="hidden")
    with transaction.atomic():  # as taking in does it
        act = audit(
            post, "hide", by=rule, why="Pills", before={"decision": "", "state": "visible"},
            after={"decision": "hidden", "state": "hidden"},
        )  # fmt: skip
        store_outbox.put(post, "hide", by=rule)
    actions.undo(act, by=world.alice)
    assert stands(post) == ("", "visible")
    assert outbox() == [("hide", "dropped")]


@pytest.mark.parametrize("then", ["undo", "remove", "approve"])
def test_undo_of_what_changed_since_is_refused(world: World, then: str) -> None:
    post = waiting_post(world)
    done = actions.decide(post, HIDDEN, by=world.alice, why="spam")
    other = world.roles[Role.MODERATOR]
    if then == "undo":
        actions.undo(done.act, by=other)
    else:
        actions.decide(post, REMOVED if then == "remove" else APPROVED, by=other, why="no")
    before = (stands(post), outbox())
    with pytest.raises(Refusal, match=r"Moderator .*Nothing was changed"):
        actions.undo(done.act, by=world.alice)
    assert (stands(post), outbox()) == before


def test_undo_of_something_else_is_refused(world: World) -> None:
    done = actions.decide(waiting_post(world), HIDDEN, by=world.alice, why="spam")
    undone = actions.undo(done.act, by=world.alice)
    with pytest.raises(Refusal, match="no decision"):
        actions.undo(undone.act, by=world.alice)


def test_many_at_once(world: World) -> None:
    source, foreign = make_source(world.acme), make_source(world.bravo)
    posts = [make_post(source, number=number, decision="queued") for number in range(1, 4)]
    bobs = make_post(foreign, decision="queued")
    actions.decide(posts[1], APPROVED, by=world.roles[Role.MODERATOR])
    pks = [post.pk for post in [*posts, bobs]]
    many = actions.decide_many(world.acme, pks, HIDDEN, by=world.alice, why="spam", was="queued")
    assert [done.post.pk for done in many.decided] == [posts[0].pk, posts[2].pk]
    assert len(many.refused) == 1
    assert "Moderator approved this" in many.refused[0]
    assert stands(bobs) == ("queued", "visible")
    with pytest.raises(Refusal, match="201 posts"):
        actions.decide_many(world.acme, range(201), APPROVED, by=world.alice)
    with pytest.raises(Refusal, match="Say why"):
        actions.decide_many(world.acme, pks, REMOVED, by=world.alice)


def test_a_state_is_known_for_every_outbox_move() -> None:
    assert set(actions.UNSENT) < set(OutboxState)
