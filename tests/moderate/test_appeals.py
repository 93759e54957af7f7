"""Reasons are stated, authors told, appeals answered by somebody else; what is taken back, and what not."""

import csv
import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from msgspec import json

from hubbub.core import notices as texts
from hubbub.moderate import (
    actions,
    appeal_keys,
    appeals_actions,
    appeals_queries,
    notices,
    notices_actions,
    sanctions,
    statements,
    transparency,
)
from hubbub.store import policies
from hubbub.store.models import (
    Appeal,
    Audit,
    Decision,
    Member,
    Notice,
    Outbox,
    Policy,
    Post,
    Report,
    Role,
    Rule,
    Sanction,
    Source,
    Statement,
    Strike,
    Verdict,
)
from hubbub.store.statements import notifying
from hubbub.ui.api import Refusal
from tests.world import NOON, World, make_author, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

CAN = ["message", "reply", "hide", "remove", "restore", "approve", "warn", "mute", "unmute", "ban", "unban"]
BASE = "https://hubbub.example.org"


@pytest.fixture
def source(world: World) -> Source:
    policies.policies(world.acme)
    return make_source(world.acme, can=CAN, account="us")


@pytest.fixture
def post(world: World, source: Source) -> Post:
    return make_post(source, "buy pills now", author=make_author(world.acme, "carol", source.network), lang="en")


@pytest.fixture
def spam(world: World, source: Source) -> Policy:
    return Policy.of(world.acme).get(slug="spam")


def fired(post: Post) -> Rule:
    """A rule that held for the post."""
    rule = Rule.everywhere.create(
        workspace=post.workspace, name="Pills", when="pills", because="Speaks of pills", policy="spam", state="live"
    )
    Verdict.everywhere.create(
        workspace=post.workspace, post=post, rule=rule, rule_name="Pills", state="live", outcome="queue",
        because="Speaks of pills", spans=[["text", 4, 9]], at=NOON, policy="spam", policy_version=1,
    )  # fmt: skip
    return rule


def removed(world: World, post: Post, policy: Policy, by: Member | None = None) -> Statement:
    actions.decide(post, Decision.REMOVED, by=by or world.alice, why="sells pills", policy=policy)
    return Statement.of(world.acme).get(outcome="remove")


@pytest.mark.parametrize(
    ("act", "outcome"),
    [("hide", "hide"), ("remove", "remove"), ("warn", "warn"), ("mute", "mute"), ("ban", "ban"), ("approve", None)],
)
def test_each_restriction_states_its_reasons(
    world: World, post: Post, spam: Policy, act: str, outcome: str | None
) -> None:
    fired(post)
    decision = {"hide": Decision.HIDDEN, "remove": Decision.REMOVED, "approve": Decision.APPROVED}.get(act)
    if decision:
        actions.decide(post, decision, by=world.alice, why="sells pills", policy=spam)
    else:
        sanctions.treat(post, act, by=world.alice, why="sells pills", policy=spam)
    found = list(Statement.of(world.acme))
    assert [one.outcome for one in found] == ([outcome] if outcome else [])
    for one in found:
        assert (one.policy, one.policy_version, one.fired) == ("spam", 1, ["pills"])
        assert (one.detected, one.automated, one.reported, one.illegal) == (True, False, False, False)
        assert one.entry.verb == act


def test_it_ends_with_what_it_tells_of(world: World, post: Post, spam: Policy) -> None:
    actions.decide(post, Decision.HIDDEN, by=world.alice, why="x", policy=spam)
    done = actions.decide(post, Decision.REMOVED, by=world.alice, why="y", policy=spam)
    ends = Statement.of(world.acme).order_by("pk").values_list("outcome", "end")
    assert list(ends) == [("hide", "replaced"), ("remove", "")]
    actions.undo(done.act, by=world.alice)
    assert list(ends.all()) == [("hide", ""), ("remove", "undone")]
    actions.decide(post, Decision.APPROVED, by=world.alice)
    assert list(ends.all()) == [("hide", "approved"), ("remove", "undone")]


@pytest.mark.parametrize(
    ("text", "answers", "says"),
    [
        ("", False, "Write the text"),
        ("Hello {nmae} {appeal_link}", False, "{nmae}: no such placeholder"),
        ("Hello {name}", False, "It must hold {appeal_link}"),
        ("{answer} {appeal_link}", False, "only in the answer"),
        ("Hello {name {appeal_link}", False, "curly bracket"),
        ("Hello {name} {appeal_link}", False, ""),
        ("{answer}", True, ""),
    ],
)
def test_a_template_with_a_slip_is_not_saved(world: World, text: str, answers: bool, says: str) -> None:
    wrong = texts.amiss(text, answers=answers)
    assert says in wrong
    assert bool(wrong) is bool(says)
    if says:
        with pytest.raises(Refusal):
            notices_actions.write(world.acme, "upheld" if answers else "remove", "", text, by=world.alice)


def test_the_starter_set_holds_no_slip() -> None:
    assert not [one for one in texts.STARTER if texts.amiss(one.text, answers=one.kind in ("upheld", "overturned"))]


def test_a_notice_is_sent_once_and_only_whole(world: World, post: Post, spam: Policy) -> None:
    statement = removed(world, post, spam)
    assert statement.notice == "waits"
    with pytest.raises(Refusal, match="appeal_link"):  # nobody knows where people reach us
        notices_actions.send(statement, by=world.alice)
    notices_actions.write(world.acme, "remove", "", "{until} {policy} {appeal_link} {post_link}", by=world.alice)
    Post.of(world.acme).update(url="")
    with pytest.raises(Refusal, match="post_link"):
        notices_actions.send(statement, by=world.alice, base=BASE)
    with pytest.raises(Refusal, match=r"\{name\} still stands"):
        notices_actions.send(statement, by=world.alice, base=BASE, text="Hello {name}")
    made = notices_actions.send(statement, by=world.alice, base=BASE, text="It is gone. " + BASE)
    assert made.sent is not None
    assert (made.verb, made.sent.verb, made.sent.text) == ("message", "message", f"It is gone. {BASE}")
    with pytest.raises(Refusal, match="told of this already"):
        notices_actions.send(statement, by=world.alice, base=BASE)


@pytest.mark.parametrize(("lang", "begins"), [("de", "Guten Tag Carol"), ("en", "Hello Carol"), ("fr", "Hello Carol")])
def test_it_speaks_the_language_of_the_post(world: World, post: Post, spam: Policy, lang: str, begins: str) -> None:
    Post.of(world.acme).update(lang=lang)
    statement = removed(world, Post.of(world.acme).select_related("workspace").get(), spam)
    assert notices.draft(statement, notices.KINDS["remove"], base=BASE).text.startswith(begins)


@pytest.mark.parametrize(
    ("can", "way", "verb"),
    [
        (["message", "reply"], "message", "message"),
        (["reply"], "message", ""),
        (["reply"], "reply", "reply"),
        (["warn"], "warn", "warn"),
        (["message"], "keep", ""),
    ],
)
def test_it_leaves_as_the_network_can(
    world: World, post: Post, spam: Policy, can: list[str], way: str, verb: str
) -> None:
    statement = removed(world, post, spam)
    Source.of(world.acme).update(can=can)
    settings = notifying(world.acme)
    settings.way = way
    settings.save()
    made = notices_actions.send(statement, by=world.alice, base=BASE)
    assert (made.verb, bool(made.sent), bool(made.why_kept)) == (verb, bool(verb), not verb)


def test_never_to_ourselves(world: World, source: Source, spam: Policy) -> None:
    post = make_post(source, "buy pills", author=make_author(world.acme, "us", source.network))
    statement = removed(world, post, spam)
    with pytest.raises(Refusal, match="account of ours"):
        notices_actions.send(statement, by=world.alice, base=BASE)
    assert not Outbox.of(world.acme).filter(verb="message").exists()


def test_the_link_is_signed_and_ends(world: World, post: Post, spam: Policy) -> None:
    statement = removed(world, post, spam)
    path = appeal_keys.path_of(statement)
    answer = Client().get(path)
    assert answer.status_code == 200
    assert b"buy pills now" in answer.content
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert Client().get(path.replace(":", ":x", 1)).status_code == 404
    Statement.of(world.acme).update(at=timezone.now() - appeal_keys.WORKS - timedelta(days=1))
    assert Client().get(path).status_code == 410


def test_one_appeal_and_no_more(world: World, post: Post, spam: Policy) -> None:
    path = appeal_keys.path_of(removed(world, post, spam))
    assert Client().post(path, {"text": " "}).status_code == 422
    assert Client().post(path, {"text": "x" * 5_000}).status_code == 422
    assert Client().post(path, {"text": "I sell nothing"}).status_code == 303
    assert Client().post(path, {"text": "I sell nothing"}).status_code == 303  # a double click
    assert Client().post(path, {"text": "Listen!"}).status_code == 422
    assert [one.text for one in Appeal.of(world.acme)] == ["I sell nothing"]
    assert "I sell nothing" not in str(list(Audit.of(world.acme).values()))


def test_a_visitor_who_sends_too_many_waits(
    world: World, post: Post, spam: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appeals_actions, "OF_ALL", 0)
    answer = Client().post(appeal_keys.path_of(removed(world, post, spam)), {"text": "Why?"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert not Appeal.of(world.acme).exists()


def test_whoever_decided_does_not_answer(world: World, post: Post, spam: Policy) -> None:
    appeal = appeals_actions.make(removed(world, post, spam), "No!")
    with pytest.raises(Refusal, match="You made this decision"):
        appeals_actions.decide(appeal, overturn=False, by=world.alice, why="I was right", base=BASE)
    Member.of(world.acme).exclude(pk=world.alice.pk).update(role=Role.VIEWER)
    done = appeals_actions.decide(appeal, overturn=False, by=world.alice, why="I was right", base=BASE)
    assert done.same
    assert Audit.of(world.acme).get(verb="uphold").after["same person"] == "nobody else here may decide"
    with pytest.raises(Refusal, match="already"):
        appeals_actions.decide(appeal, overturn=True, by=world.alice, why="x", base=BASE)


def test_overturned_takes_all_of_it_back(world: World, post: Post, spam: Policy) -> None:
    second = world.roles[Role.MODERATOR]
    Post.of(world.acme).update(decision="queued")
    statement = removed(world, post, spam)
    notices_actions.send(statement, by=world.alice, base=BASE)
    assert Strike.of(world.acme).filter(withdrawn=None).count() == 1
    appeal = appeals_actions.make(statement, "No!")
    done = appeals_actions.decide(appeal, overturn=True, by=second, why="It was a joke", base=BASE)
    post.refresh_from_db()
    assert (done.state, done.left, post.decision, post.state) == ("overturned", "", "approved", "visible")
    assert Strike.of(world.acme).get().pardoned
    assert Statement.of(world.acme).get().end == "appeal"
    assert "It was a joke" in Notice.of(world.acme).get(kind="overturned").text
    assert Outbox.of(world.acme).filter(verb="message").count() == 2


def test_what_was_decided_since_is_left(world: World, post: Post, spam: Policy) -> None:
    second = world.roles[Role.MODERATOR]
    statement = removed(world, post, spam)
    appeal = appeals_actions.make(statement, "No!")
    actions.decide(post, Decision.HIDDEN, by=second, why="rude as well")
    done = appeals_actions.decide(appeal, overturn=True, by=second, why="It was no spam", base=BASE)
    post.refresh_from_db()
    assert post.decision == "hidden"
    assert "decided otherwise since" in done.left


def test_a_ban_and_the_posts_that_went_with_it(world: World, post: Post, spam: Policy) -> None:
    second = world.roles[Role.MODERATOR]
    Post.of(world.acme).update(published=timezone.now())
    fresh = Post.of(world.acme).select_related("workspace", "source", "author").get()
    sanctions.treat_with_posts(fresh, "ban", by=world.alice, why="sells pills", policy=spam, days=1)
    ban, part = Statement.of(world.acme).get(outcome="ban"), Statement.of(world.acme).get(outcome="remove")
    assert (ban.notice, part.notice, part.within) == ("waits", "", ban)  # one notice tells of both
    appeal = appeals_actions.make(ban, "No!")
    appeals_actions.decide(appeal, overturn=True, by=second, why="a mistake", base=BASE)
    post.refresh_from_db()
    assert (post.decision, Sanction.of(world.acme).get().state) == ("", "lifted")
    assert set(Statement.of(world.acme).values_list("end", flat=True)) == {"appeal"}


def test_a_rules_decision_anybody_answers_and_it_is_counted(world: World, post: Post) -> None:
    rule = fired(post)
    actions.decide(post, Decision.REMOVED, by=rule, why="Speaks of pills")
    statement = Statement.of(world.acme).get()
    assert (statement.automated, statement.detected, statement.rule) == (True, True, rule)
    appeal = appeals_actions.make(statement, "No!")
    appeals_actions.decide(appeal, overturn=True, by=world.alice, why="a chemist", base=BASE)
    assert appeals_queries.overturned_by_rule(world.acme) == {rule.pk: (1, 1)}
    assert Audit.of(world.acme).get(verb="overturn", noun="post").after["rule"] == rule.pk


def test_the_export_tells_no_name(world: World, post: Post, spam: Policy) -> None:
    why = "Carol sells pills, write to carol@pills.example or @carol or +49 30 1234567"
    actions.decide(post, Decision.REMOVED, by=world.alice, why=why, policy=spam)
    sanctions.treat(post, "ban", by=world.alice, why="x", policy=spam)
    written = "".join(statements.as_jsonl(world.acme, statements.Asked()))
    rows = [json.decode(line) for line in written.splitlines()]
    assert "carol" not in written.lower()
    assert "1234567" not in written
    assert rows[0]["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_REMOVED"]
    assert rows[0]["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert rows[0]["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert rows[1]["decision_account"] == "DECISION_ACCOUNT_TERMINATED"
    table = list(csv.DictReader(io.StringIO("".join(statements.as_csv(world.acme, statements.Asked())))))
    assert tuple(table[0]) == statements.COLUMNS
    assert table[0]["content_type"] == '["CONTENT_TYPE_TEXT"]'


def test_the_transparency_report_counts(world: World, source: Source, spam: Policy) -> None:
    rule, second = fired(make_post(source, "buy pills", 50)), world.roles[Role.MODERATOR]
    posts = [
        make_post(source, f"pills {number}", number, author=make_author(world.acme, f"a{number}"))
        for number in (1, 2, 3)
    ]
    acts = [
        actions.decide(one, Decision.REMOVED, by=by, why="x")
        for one, by in zip(posts, (rule, rule, second), strict=True)
    ]
    actions.undo(acts[0].act, by=second)
    appeals_actions.decide(
        appeals_actions.make(Statement.of(world.acme).get(post=posts[2]), "No!"),
        overturn=False, by=world.alice, why="it stands", base=BASE,
    )  # fmt: skip
    Report.everywhere.create(
        workspace=world.acme, source=source, native_id="r1", about="1", at=timezone.now(), taken=timezone.now()
    )
    today = timezone.now().date()
    made = transparency.report(world.acme, today, today)
    right = {one.key: (one.decided, one.wrong, one.precision.share) for one in made.right}
    assert made.total == 3
    assert right == {"rule": (2, 1, 0.5), "person": (1, 0, 1.0)}
    assert {one.key: one.number for one in made.by} == {"rule": 2, "person": 1}
    assert [(one.key, one.number) for one in made.reports] == [("open", 1)]
    assert (made.appeals.received, made.appeals.upheld, made.appeals.within_goal) == (1, 1, 1)
    for one in (*made.outcomes, *made.by, *made.sources, *made.restored):  # every number leads to as many rows
        given = SimpleNamespace(**dict(pair.split("=") for pair in one.link.split("&")))
        asked = statements.read_asked(vars(given))
        assert statements.asked_for(world.acme, asked).count() == one.number, one
