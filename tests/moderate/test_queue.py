"""The queue's pages and calls: order, filter, leases, focus, second opinions, all like this, care."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hubbub.core import query as language
from hubbub.core.queue import Weights
from hubbub.moderate import alike, beside, queue_actions, queue_queries, sweeps, undoing
from hubbub.store import policies, queue
from hubbub.store.models import (
    Audit,
    Care,
    Decision,
    Deed,
    Opinion,
    Post,
    Role,
    Rule,
    Sweep,
    Waiting,
)
from hubbub.ui.api import Refusal
from tests.furnished import make_token
from tests.moderate.conftest import verdict
from tests.world import NOON, World, make_post

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def at(name: str, *args: object, query: str = "") -> str:
    return reverse(f"moderate:{name}", args=["acme", *args]) + query


def shown(world: World, posts: dict[str, Post], **more: object) -> list[str]:
    names = {post.pk: name for name, post in posts.items()}
    found = queue_queries.page(world.acme, None, now=NOON, **more)
    return [names[one.card.post.pk] for one in found.waits]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        # hate: 3 doublings of 12 hours, wide reach: 3.2 of them; the oldest has 10 hours on the rest
        ("score", ["seen", "hate", "spam", "oldest", "newest"]),
        ("oldest", ["oldest", "spam", "hate", "seen", "newest"]),
        ("newest", ["newest", "seen", "hate", "spam", "oldest"]),
        ("reach", ["seen", "newest", "hate", "spam", "oldest"]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_orders_and_their_pages(
    world: World, waiting: dict[str, Post], order: str, names: list[str], size: int
) -> None:
    assert shown(world, waiting, order=order) == names
    seen: list[str] = []
    spot = None
    while True:
        seen += shown(world, waiting, order=order, size=size, after=spot)
        spot = queue_queries.page(world.acme, None, now=NOON, order=order, size=size, after=spot).after
        if spot is None:
            break
        spot = queue_queries.spot_of(queue_queries.write_spot(spot), order)
    assert seen == names


@pytest.mark.parametrize(
    ("weights", "first"),
    [
        (Weights(), "seen"),
        (Weights(reach=0), "hate"),
        (Weights(0, 0), "oldest"),
        (Weights(doubling_hours=0.5), "oldest"),
    ],
)
def test_weights(world: World, waiting: dict[str, Post], weights: Weights, first: str) -> None:
    shown(world, waiting)
    queue_actions.set_weights(world.acme, weights, by=world.alice)
    assert shown(world, waiting)[0] == first
    by_database = dict(Waiting.everywhere.values_list("post", "due"))
    Waiting.everywhere.update(ranked=False)
    queue.rank(world.acme)
    assert dict(Waiting.everywhere.values_list("post", "due")) == pytest.approx(by_database, abs=1)


@pytest.mark.parametrize("weights", [Weights(-1), Weights(6), Weights(1, 9), Weights(1, 1, 0), Weights(1, 1, 9_999)])
def test_weights_that_cannot_be(world: World, weights: Weights) -> None:
    with pytest.raises(Refusal):
        queue_actions.set_weights(world.acme, weights, by=world.alice)


def test_a_report_moves_a_post_up(world: World, waiting: dict[str, Post]) -> None:
    from hubbub.store.models import Report

    shown(world, waiting)
    for number in range(6):
        Report.everywhere.create(
            workspace=world.acme, source=waiting["newest"].source, native_id=str(number), post=waiting["newest"],
            about="700", why="It lies", at=NOON, taken=NOON,
        )  # fmt: skip
    queue.again(world.acme, [waiting["newest"].pk])
    names = shown(world, waiting)
    assert names.index("newest") < names.index("oldest")
    assert "It lies" in world.client().get(at("queue")).content.decode()


@pytest.mark.parametrize("exact", [500, 1])
@pytest.mark.parametrize(
    ("text", "names"), [("a OR an", ["oldest", "newest"]), ("has:link", ["hate", "spam"]), ("nothing", [])]
)
def test_a_filter(
    world: World, waiting: dict[str, Post], text: str, names: list[str], exact: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_queries, "EXACT", exact)  # 1: along the queue, as where many match
    query = language.parse(text, language.Use.VIEW)
    found = queue_queries.page(world.acme, query, now=NOON)
    assert [one.card.post.pk for one in found.waits] == [waiting[name].pk for name in names]


def test_the_score_is_shown_with_its_parts(world: World, waiting: dict[str, Post]) -> None:
    page = world.client().get(at("queue")).content.decode()
    row = page[page.index(f'id="post-{waiting["hate"].pk}"') :][:2_000]
    assert "No hate against groups: critical" in row
    assert "audience not known" in row
    assert "Show the text (No hate against groups)" in row
    assert "100,000,000 views" in page


def test_focus_takes_decides_and_goes_on(world: World, waiting: dict[str, Post]) -> None:
    client, other = world.client(), world.client(world.roles[Role.MODERATOR])
    first = client.post(at("next"))
    assert first.headers["Location"] == at("focus", waiting["seen"].pk)
    assert other.post(at("next")).headers["Location"] == at("focus", waiting["hate"].pk)
    assert "Moderator has this open" in client.get(at("focus", waiting["hate"].pk)).content.decode()
    refused = client.post(at("focus_decide", waiting["hate"].pk), {"decision": "approved"}, follow=True)
    assert "Moderator has this open: nothing was changed" in refused.content.decode()
    assert Post.everywhere.get(pk=waiting["hate"].pk).decision == "queued"
    fields = {"decision": "removed", "policy": "misinformation", "was": "queued"}
    answer = client.post(at("focus_decide", waiting["seen"].pk), fields)
    assert answer.headers["Location"] == at("focus", waiting["spam"].pk)
    act = Audit.everywhere.get(noun="post", verb="remove")
    assert (act.after["policy"], act.why) == ("misinformation", "No dangerous falsehoods")
    page = client.get(answer.headers["Location"]).content.decode()
    assert ">Undo<" in page
    assert 'value="spam" required checked' in page, "suggested by the rule that fired"
    held = client.post(at("focus_hold", waiting["spam"].pk)).content.decode()
    assert "Yours until" in held
    client.post(at("focus_leave", waiting["spam"].pk))
    assert Waiting.everywhere.get(post=waiting["spam"]).holder is None


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"decision": "hidden"}, "Say why it is to be hidden"),
        ({"decision": "hidden", "policy": "of-nobody"}, "not in force"),
        ({"decision": "eaten"}, "decision: "),
        ({"decision": "hidden", "policy": "spam", "was": "approved"}, "Meanwhile this was decided"),
    ],
)
def test_focus_in_vain(world: World, waiting: dict[str, Post], fields: dict[str, str], says: str) -> None:
    page = world.client().post(at("focus_decide", waiting["newest"].pk), fields, follow=True).content.decode()
    assert says in page
    assert Post.everywhere.get(pk=waiting["newest"].pk).decision == "queued"


def test_skipping_through_to_the_end_and_again(world: World, waiting: dict[str, Post]) -> None:
    client = world.client()
    url = client.post(at("next"), {"order": "oldest"}).headers["Location"]
    for _ in waiting:
        assert "order=oldest" in url
        url = client.post(url.replace("/?", "/skip/?")).headers["Location"]
    assert url == at("queue", query="?order=oldest")
    assert client.post(at("next")).headers["Location"] == at("queue")
    assert client.post(at("next"), {"again": "1"}).headers["Location"] == at("focus", waiting["seen"].pk)
    assert Post.everywhere.filter(decision="queued").count() == 5


def test_a_second_opinion(world: World, waiting: dict[str, Post]) -> None:
    client, other = world.client(), world.client(world.roles[Role.MODERATOR])
    fields = {"note": "Satire?", "decision": "removed", "policy": "hate"}
    page = client.post(at("focus_ask", waiting["hate"].pk), fields, follow=True).content.decode()
    assert "Somebody else is asked" in page
    seen = other.get(at("focus", waiting["hate"].pk)).content.decode()
    assert "Satire?" in seen
    assert "would have" not in seen
    assert "removed" not in str(list(Audit.of(world.acme).filter(noun="post").values_list("after", flat=True)))
    mine = client.get(at("focus", waiting["hate"].pk)).content.decode()
    assert "You asked somebody else about this" in mine
    other.post(at("focus_decide", waiting["hate"].pk), {"decision": "approved", "was": "queued"})
    assert "would have removed it under No hate against groups; Moderator approved it" in re.sub(
        r"\s+", " ", client.get(at("post", waiting["hate"].pk)).content.decode()
    )
    assert Opinion.everywhere.get().closed


def test_what_stands_beside(world: World, waiting: dict[str, Post]) -> None:
    rule = Rule.everywhere.create(workspace=world.acme, name="Pills", when="pills", because="x", policy="spam")
    author = waiting["spam"].author
    past = [
        make_post(waiting["spam"].source, f"pills {number}", number, author=author, decision=decision, policy=policy,
                  decided=NOON)
        for number, decision, policy in ((11, "removed", policies.by_slug(world.acme)["spam"]), (12, "approved", None))
    ]  # fmt: skip
    for post in (*past, waiting["spam"]):
        verdict(post, "spam", rule=rule, rule_name="Pills")
    waiting["spam"].alike = past[0]
    waiting["spam"].save()
    found = beside.beside(
        Post.everywhere.select_related("author__person", "source", "workspace").get(pk=waiting["spam"].pk),
        [policies.by_slug(world.acme)["spam"]],
    )
    assert {tally.of: dict(tally.counts) for tally in found.tallies} == {
        "nearly the same words": {"removed": 1},
        "the rule “Pills”": {"removed": 1, "approved": 1},
        "the policy “No spam”": {"removed": 1},
    }
    assert found.record
    assert dict(found.record.decisions) == {"removed": 1, "approved": 1}


@pytest.mark.parametrize(
    ("key", "names"),
    [("author", ["oldest", "spam", "hate"]), ("link-0", ["spam", "hate"]), ("link-7", None), ("copies", None)],
)
def test_all_like_this(world: World, waiting: dict[str, Post], key: str, names: list[str] | None) -> None:
    found = alike.alike(waiting["spam"], key, world.alice, NOON)
    if names is None:
        assert found is None
        return
    assert found
    assert set(found.posts) == {waiting[name].pk for name in names}
    moderator = world.roles[Role.MODERATOR]
    queue.hold(Waiting.everywhere.get(post=waiting["hate"]), moderator, timezone.now())
    again = alike.alike(waiting["spam"], key, world.alice, timezone.now())
    assert again
    assert (len(again.posts), again.held) == (len(names) - 1, 1), "what others have open is left alone"


def test_deciding_about_all_like_this(world: World, waiting: dict[str, Post]) -> None:
    client, url = world.client(), at("alike_decide", waiting["spam"].pk)
    fields = {"by": "author", "decision": "hidden", "policy": "spam", "count": "2"}
    assert "more than the 2 that were shown" in client.post(url, fields, follow=True).content.decode()
    page = client.post(url, {**fields, "count": "3"}, follow=True).content.decode()
    assert "Hidden: 3 posts." in page
    batch = Deed.everywhere.values_list("batch", flat=True).distinct().get()
    assert "3 of 3 taken back" in client.post(at("alike_undo", batch), follow=True).content.decode()
    assert Post.everywhere.filter(decision="queued").count() == 5


def test_a_sweep_goes_on_step_by_step(world: World, waiting: dict[str, Post], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "STEP", 2)
    spam = policies.by_slug(world.acme)["spam"]
    posts = [post.pk for post in waiting.values()]
    sweep = sweeps.begin(world.acme, posts, Decision.HIDDEN, by=world.alice, policy=spam)
    assert sweeps.step()
    Post.everywhere.filter(pk=posts[3]).update(decision="approved")  # somebody was quicker
    assert "2 posts" not in world.client().get(at("queue")).content.decode()
    while sweeps.step():
        pass
    sweep.refresh_from_db()
    assert (sweep.state, sweep.done, sweep.refused, sweep.total) == ("done", 5, 1, 5)
    assert sorted(Post.everywhere.values_list("decision", flat=True)) == ["approved", *["hidden"] * 4]
    assert Deed.everywhere.filter(batch=sweep.batch).count() == 4
    undoing.start(world.acme, undoing.Wish(batch=sweep.batch), by=world.alice, why="wrong")
    while undoing.step():
        pass
    assert sorted(Post.everywhere.values_list("decision", flat=True)) == ["approved", *["queued"] * 4]


def test_a_sweep_is_stopped(world: World, waiting: dict[str, Post], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "STEP", 2)
    sweep = sweeps.begin(world.acme, [post.pk for post in waiting.values()], Decision.APPROVED, by=world.alice)
    sweeps.step()
    page = world.client().post(at("sweep_stop", sweep.pk), follow=True).content.decode()
    assert "Stopped after 2 of 5." in page
    assert not sweeps.step()
    with pytest.raises(Refusal, match="come to its end"):
        sweeps.stop(Sweep.everywhere.get(), by=world.alice)


@pytest.mark.parametrize(
    ("cover", "covered"),
    [("policy", ["hate"]), ("always", ["hate", "newest", "oldest", "seen", "spam"]), ("never", [])],
)
def test_covered_texts(world: World, waiting: dict[str, Post], cover: str, covered: list[str]) -> None:
    client = world.client()
    fields = {"cover": cover, "break_minutes": "0", "break_posts": "2", "blur": "on"}
    assert "Saved." in client.post(at("queue_care"), fields, follow=True).content.decode()
    assert (Care.everywhere.get().grey, Care.everywhere.get().blur) == (False, True)
    page = client.get(at("queue")).content.decode()
    parts = re.split(r'<li data-row tabindex="-1" class="post" id="post-(\d+)"', page)
    by_post = dict(zip(parts[1::2], parts[2::2], strict=True))
    rows = {name: by_post[str(post.pk)] for name, post in waiting.items()}
    assert sorted(name for name, row in rows.items() if "Show the text" in row) == covered


def test_a_break_is_suggested_and_never_forced(world: World, waiting: dict[str, Post]) -> None:
    queue_actions.take_care(
        world.alice, blur=True, grey=True, cover="policy", break_minutes=0, break_posts=2, by=world.alice
    )
    client = world.client()
    for name in ("seen", "hate"):
        assert "a short break" not in client.get(at("queue")).content.decode()
        client.post(at("focus_decide", waiting[name].pk), {"decision": "approved"})
    assert "a short break" in client.get(at("queue")).content.decode()
    assert "a short break" in client.get(at("focus", waiting["spam"].pk)).content.decode()
    client.post(at("rested"))
    assert "a short break" not in client.get(at("queue")).content.decode()


def test_live(world: World, waiting: dict[str, Post]) -> None:
    now = timezone.now()
    queue.hold(Waiting.everywhere.get(post=waiting["spam"]), world.roles[Role.MODERATOR], now)
    Post.everywhere.filter(pk=waiting["oldest"].pk).update(decision="approved")
    pks = ",".join(str(waiting[name].pk) for name in ("spam", "oldest", "hate"))
    part = world.client().get(at("live", query=f"?shown={pks},x,99999999999999999999")).content.decode()
    assert "4 wait" in part
    assert "Moderator has 1 open" in part
    assert f'id="spot-{waiting["spam"].pk}" hx-swap-oob="true"><span class="badge warn">Moderator has this' in part
    assert "decided meanwhile" in part


def test_calls(world: World, waiting: dict[str, Post]) -> None:
    make_token(world.alice, Role.MODERATOR, "s")
    client = Client(headers={"authorization": "Bearer s"})
    items = client.get("/api/moderate/queue").json()["items"]
    assert [one["id"] for one in items][:2] == [waiting["seen"].pk, waiting["hate"].pk]
    assert (items[1]["severity"], items[1]["suspected"]) == (8, ["hate", "spam"])
    assert client.get("/api/moderate/queue?order=loudest").status_code == 422
    taken = client.post("/api/moderate/queue/next").json()
    assert taken["post"]["id"] == waiting["seen"].pk
    path = f"/api/moderate/posts/{waiting['seen'].pk}"
    assert client.post(f"{path}/skip").status_code == 204
    assert client.post("/api/moderate/queue/next").json()["post"]["id"] == waiting["hate"].pk
    assert client.post(f"{path}/ask", {"note": "?"}, "application/json").status_code == 200
    refused = client.post(f"{path}/decide", {"decision": "approved"}, "application/json")
    assert refused.status_code == 422
    assert client.delete(f"{path}/ask").status_code == 204
    wish = {"decision": "removed", "policy": "spam"}
    assert client.post(f"{path}/decide", wish, "application/json").status_code == 200
    assert Post.everywhere.get(pk=waiting["seen"].pk).policy_version == 1


def test_ranking_looks_at_the_newest_severity(world: World, waiting: dict[str, Post]) -> None:
    from msgspec.structs import replace

    from hubbub.moderate import policies_actions

    shown(world, waiting)
    spam = policies.by_slug(world.acme)["spam"]
    graver = replace(policies_actions.guideline_of(spam), severity=4)
    policies_actions.change(spam, graver, by=world.alice)
    queue.rank_some()
    row = Waiting.everywhere.get(post=waiting["spam"])
    assert (row.severity, row.due) == (8, pytest.approx((row.since - timedelta(hours=36)).timestamp(), abs=1))
