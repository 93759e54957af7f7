"""What strikes propose, how that is answered; members' reports: answered with decisions, weighed, told to reporters."""

from datetime import timedelta

import pytest
from django.core import signing
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hubbub.core.policies import Guideline
from hubbub.listen.views_reported import SALT
from hubbub.moderate import actions, reports_actions, sanctions, strikes_actions
from hubbub.store import policies, proposals, reports, strikes
from hubbub.store import queue as stored
from hubbub.store.models import (
    Audit,
    Author,
    Decision,
    Outbox,
    Policy,
    Post,
    Proposal,
    Report,
    Sanction,
    Source,
    Strike,
    Waiting,
)
from hubbub.store.queue.ranking import parts
from hubbub.ui.api import Refusal
from tests.world import NOON, World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

CAN = ["hide", "remove", "restore", "approve", "warn", "mute", "unmute", "ban", "unban", "resolve"]


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.acme, can=CAN, account="us")


@pytest.fixture
def carol(world: World, source: Source) -> Author:
    return make_author(world.acme, "carol", source.network)


@pytest.fixture
def policy(world: World) -> Policy:
    with transaction.atomic():
        given = Guideline("spam", "Spam", "No spam.", "", "", points=2, points_days=30)
        return policies.add(world.acme, given, 1, by=policies.STARTED)


@pytest.fixture
def posts(source: Source, carol: Author) -> list[Post]:
    return [make_post(source, f"buy pills {at}", at, author=carol, decision="queued") for at in range(4)]


def look(days: float = 0) -> None:
    """The loop, until it has looked at all."""
    while proposals.step(timezone.now() + timedelta(days=days)):
        pass


def hide(post: Post, world: World, policy: Policy) -> actions.Decided:
    return actions.decide(post, Decision.HIDDEN, by=world.alice, policy=policy)


def states(world: World) -> list[tuple[str, str]]:
    return list(Proposal.of(world.acme).order_by("pk").values_list("verb", "state"))


def test_points_propose_and_do_nothing_by_themselves(world: World, posts: list[Post], policy: Policy) -> None:
    hide(posts[0], world, policy)
    look()
    assert states(world) == [("warn", "open")]
    hide(posts[1], world, policy)
    look()
    assert states(world) == [("warn", "overtaken"), ("mute", "open")]
    assert not Sanction.of(world.acme).exists()
    look()
    assert len(states(world)) == 2


def test_a_proposal_goes_when_the_points_fall(world: World, posts: list[Post], policy: Policy) -> None:
    done = hide(posts[0], world, policy)
    look()
    actions.undo(done.act, by=world.alice)
    look()
    one = Proposal.of(world.acme).get()
    assert (one.state, one.why) == ("overtaken", "The points fell to 0: 2 would propose it")
    hide(posts[0], world, policy)
    look()
    assert states(world) == [("warn", "overtaken"), ("warn", "open")]
    look(days=31)
    assert states(world)[-1] == ("warn", "overtaken")


def test_what_was_declined_comes_again_only_when_the_points_came_back(
    world: World, posts: list[Post], policy: Policy, carol: Author
) -> None:
    done = hide(posts[0], world, policy)
    look()
    with pytest.raises(Refusal, match="Say why"):
        strikes_actions.decline(Proposal.of(world.acme).get(), by=world.alice, why=" ")
    strikes_actions.decline(Proposal.of(world.acme).get(), by=world.alice, why="first time")
    strikes_actions.give(carol.person, 1, by=world.alice, why="rude in chat", days=1)
    look()
    assert states(world) == [("warn", "declined")]
    actions.undo(done.act, by=world.alice)
    look()
    hide(posts[1], world, policy)
    look()
    assert states(world) == [("warn", "declined"), ("warn", "open")]


def test_accepted_through_the_network(world: World, posts: list[Post], policy: Policy) -> None:
    for post in posts[:2]:
        hide(post, world, policy)
    look()
    mute = Proposal.of(world.acme).get(state="open")
    done = strikes_actions.accept(mute, by=world.alice)
    assert (done.verb, done.author, done.sent.verb) == ("mute", posts[0].author, "mute")
    assert done.until is not None
    mute.refresh_from_db()
    assert (mute.state, mute.sanction) == ("accepted", done)
    with pytest.raises(Refusal, match="It waits no more"):
        strikes_actions.accept(mute, by=world.alice)
    assert strikes.points(posts[0].author.person, timezone.now()) == 4  # the mute rests on strikes and gives none


def test_what_the_network_cannot_is_said(world: World, posts: list[Post], policy: Policy, source: Source) -> None:
    source.can = ["hide"]
    source.save()
    hide(posts[0], world, policy)
    look()
    one = Proposal.of(world.acme).get()
    with pytest.raises(Refusal, match="has no way to warn people"):
        strikes_actions.accept(one, by=world.alice)
    page = world.client().get(reverse("moderate:proposals", args=["acme"])).content.decode()
    assert "has no way to warn people" in page
    assert 'value="accept"' not in page


def test_who_does_it_without_the_proposal_overtakes_it(world: World, posts: list[Post], policy: Policy) -> None:
    hide(posts[0], world, policy)
    look()
    sanctions.treat(posts[0], "warn", by=world.alice, why="spam")
    assert states(world) == [("warn", "overtaken")]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"warn_at": 3, "mute_at": 2, "ban_at": 6}, True),
        ({"warn_at": None, "mute_at": None, "ban_at": 1}, False),
        ({"warn_at": 0, "mute_at": 4, "ban_at": 6}, True),
    ],
)
def test_thresholds(world: World, given: dict[str, int | None], refused: bool) -> None:
    if refused:
        with pytest.raises(Refusal):
            strikes_actions.set_thresholds(world.acme, given, by=world.alice)
        return
    strikes_actions.set_thresholds(world.acme, given, by=world.alice)
    assert [(one.points, one.verb) for one in proposals.thresholds(world.acme)] == [(1, "ban")]
    assert Audit.of(world.acme).filter(verb="set thresholds").count() == 1


def test_thresholds_that_go_take_their_proposals_along(world: World, posts: list[Post], policy: Policy) -> None:
    hide(posts[0], world, policy)
    look()
    strikes_actions.set_thresholds(world.acme, {"warn_at": None, "mute_at": 2, "ban_at": 6}, by=world.alice)
    look()
    assert states(world) == [("warn", "overtaken"), ("mute", "open")]


def test_by_hand_in_the_record(world: World, carol: Author, policy: Policy) -> None:
    client, record = world.client(), reverse("moderate:person_strikes", args=["acme", carol.person_id])
    sent = {"points": "3", "policy": "spam", "days": "30", "why": "sold pills in private messages"}
    assert client.post(f"{record}give/", sent).status_code == 303
    page = client.get(record).content.decode()
    assert "<strong>3 points</strong>" in page
    assert "sold pills in private messages" in page
    strike = Strike.of(world.acme).get()
    client.post(reverse("moderate:strike_withdraw", args=["acme", strike.pk]), {"why": "it was somebody else"})
    page = client.get(record).content.decode()
    assert "<strong>0 points</strong>" in page
    assert "it was somebody else" in page


def report(post: Post, by: Author | None, at: int = 0, **more: object) -> Report:
    return Report.everywhere.create(
        workspace=post.workspace, source=post.source, native_id=f"r{Report.of(post.workspace).count()}", post=post,
        about=post.native_id, reporter=by, at=NOON + timedelta(minutes=at), taken=NOON, why="spam", **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("deeds", "outcome", "state"),
    [
        (["hidden"], "upheld", "closed"),
        (["approved"], "dismissed", "closed"),
        (["warn", "approved"], "upheld", "closed"),
        (["warn"], "upheld", "closed"),
        (["hidden", "undo"], "", "open"),
        (["hidden", "approved"], "dismissed", "closed"),
    ],
)
def test_decisions_answer_reports(
    world: World, posts: list[Post], source: Source, deeds: list[str], outcome: str, state: str
) -> None:
    one = report(posts[0], make_author(world.acme, "erin", source.network))
    for what in deeds:
        match what:
            case "warn":
                sanctions.treat(posts[0], "warn", by=world.alice, why="spam")
            case "undo":
                last = actions.last_act(posts[0])
                assert last is not None
                actions.undo(last, by=world.alice)
            case _:
                actions.decide(posts[0], Decision(what), by=world.alice, why="spam")
    one.refresh_from_db()
    assert (one.outcome, one.state) == (outcome, state)
    resolved = Outbox.of(world.acme).filter(verb="resolve")
    assert [row.state for row in resolved] == [("dropped" if state == "open" else "waiting")]


def test_reporters_weigh_by_how_they_fared(world: World, posts: list[Post], source: Source) -> None:
    good, bad = (make_author(world.acme, name, source.network) for name in ("good", "bad"))
    report(posts[0], good)
    report(posts[1], bad)
    for one in (report(posts[2], good), report(posts[3], bad)):
        assert reports.reporters(world.acme, [one])[one.pk].weight == 1
    actions.decide(posts[0], Decision.HIDDEN, by=world.alice, why="spam")
    actions.decide(posts[1], Decision.APPROVED, by=world.alice)
    found = parts(world.acme, posts[2:])
    assert found[posts[2].pk][0].number == pytest.approx(1 + 0.5 * 4 / 3)
    assert found[posts[3].pk][0].number == pytest.approx(1 + 0.5 * 2 / 3)
    assert "1 report weighing 1.3" in found[posts[2].pk][0].words


def test_who_waits_is_ranked_anew_when_a_reporter_was_right(world: World, posts: list[Post], source: Source) -> None:
    erin = make_author(world.acme, "erin", source.network)
    report(posts[0], erin)
    report(posts[1], erin)
    stored.rank(world.acme)
    actions.decide(posts[0], Decision.HIDDEN, by=world.alice, why="spam")
    assert not Waiting.of(world.acme).get(post=posts[1]).ranked
    assert Waiting.of(world.acme).get(post=posts[2]).ranked


def test_arranged_reports_are_pointed_out(world: World, posts: list[Post], source: Source) -> None:
    for at in range(5):
        report(posts[0], make_author(world.acme, f"new{at}", source.network), at)
    page = world.client().get(reverse("moderate:reports", args=["acme"])).content.decode()
    assert "5 reports within 10 minutes" in page
    assert "maybe arranged" in parts(world.acme, posts[:1])[posts[0].pk][0].words


def test_answered_by_hand(world: World, posts: list[Post]) -> None:
    one = report(posts[0], None, name="Erin")
    client = world.client()
    answer = reverse("moderate:report_answer", args=["acme", one.pk])
    client.post(answer, {"outcome": "dismissed", "why": ""})
    one.refresh_from_db()
    assert one.state == "open"
    client.post(answer, {"outcome": "dismissed", "why": "fine"})
    one.refresh_from_db()
    assert (one.state, one.outcome) == ("closed", "dismissed")
    with pytest.raises(Refusal, match="dealt with"):
        reports_actions.answer(one, "upheld", by=world.alice, why="no")


def test_the_reporter_reads_what_became_of_it(world: World) -> None:
    site = make_source(
        world.acme, "Forum", kind="site", can=["hide", "approve"], settings={"site": "https://x.example"}
    )
    post = make_post(site, "nobody else's words", decision="queued")
    link = reverse("inbound:reported", args=[signing.dumps([site.pk, "r0"], salt=SALT)])
    assert "We have your report" in Client().get(link).content.decode()  # the loop has not come to it yet
    report(post, None, name="Erin", email="erin@example.org")
    assert "We have your report" in Client().get(link).content.decode()
    done = actions.decide(post, Decision.HIDDEN, by=world.alice, why="spam")
    page = Client().get(link).content.decode()
    assert "We have acted on your report" in page
    for secret in ("nobody else", "Erin", "erin@", "Alice", "spam"):
        assert secret not in page
    actions.undo(done.act, by=world.alice)
    actions.decide(post, Decision.APPROVED, by=world.alice)
    assert "no breach" in Client().get(link).content.decode()
    assert Client().get(f"{link[:-2]}x/").status_code == 404
