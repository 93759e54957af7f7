"""Discourse: posts as posts, what is read and followed, answering once, moderating, flags."""

from datetime import UTC, datetime

import pytest

from hubbub.connectors import Act, Batch, Http, Verb, connector
from hubbub.core.failures import Broken, Retry

from .conftest import Asked, Reply, Server
from .working.discourse import KEY, Discourse

FORUM = connector("discourse")


@pytest.fixture
def forum(server: Server) -> Discourse:
    """A topic with a post and an answer."""
    it = Discourse(server)
    it.add(1)
    it.add(2, reply_to_post_number=1)
    return it


@pytest.fixture
def signed_in(server: Server) -> dict[str, str]:
    """Settings of a moderator."""
    return {"site": server.url, "user": "hubbub", "key": KEY}


def read(server: Server, http: Http, cursor: str = "", **more: str) -> Batch:
    return FORUM.fetch({"site": server.url, **more}, cursor, http)


def test_topics_and_answers_become_posts(server: Server, http: Http, forum: Discourse) -> None:
    forum.add(
        1, place=1, raw="See *this*\n\n<!-- hubbub k -->", version=2, reads=7, reply_count=1,
        cooked='<p>See <a href="https://acme.test/">this</a><img src="https://f.test/images/emoji/x.png">'
        '<img src="https://f.test/u/1.png"></p>',
    )  # fmt: skip
    forum.add(3, reply_to_post_number="2", raw=None, cooked="<p>Only &amp; cooked</p>", hidden=True)
    first, answer, third = read(server, http).posts
    assert (first.id, first.title, first.text, first.type) == ("1/1", "Topic 1", "See *this*", "post")
    assert (first.links, [one.url for one in first.media]) == (("https://acme.test/",), ["https://f.test/u/1.png"])
    assert (first.edited, first.views, first.replies, first.thread, first.parent) == (True, 7, 1, "1", "")
    assert first.url == f"{server.url}/t/topic-1/1/1"
    assert first.author is not None
    assert (first.author.id, first.author.handle, first.author.name) == ("2", "ann", "Ann")
    assert (answer.id, answer.type, answer.parent, answer.title) == ("1/2", "comment", "1/1", "")
    assert (third.text, third.state, third.parent) == ("Only & cooked", "hidden", "1/2")


def test_one_category_with_those_below_it(server: Server, http: Http, forum: Discourse) -> None:
    forum.add(3, topic=2, category_id=6)
    forum.add(4, topic=3, category_id=7)
    assert [post.id for post in read(server, http, category="Support").posts] == ["1/1", "1/2", "2/1"]
    with pytest.raises(Broken, match=r"no category “nowhere”\. It has deep, else, support"):
        read(server, http, category="nowhere")


def test_one_topic(server: Server, http: Http, forum: Discourse) -> None:
    for number in range(3, 58):
        forum.add(number, topic=1 if number % 2 else 2)
    batch = read(server, http, topic="1")
    assert len(batch.posts) == 30
    assert {post.thread for post in batch.posts} == {"1"}
    del forum.posts[5]
    forum.add(60)
    again = read(server, http, batch.cursor, topic="1")
    assert [post.thread for post in again.posts] == ["1"]


def test_a_search(server: Server, http: Http, forum: Discourse) -> None:
    forum.add(3, raw="other things")
    assert [post.id for post in read(server, http, words="words", category="support").posts] == ["1/1", "1/2"]
    assert "q=words+%23support+order%3Alatest" in server.asked[0].target.replace("%20", "+")


def test_a_search_with_many_hits_asks_for_little_and_never_for_more_pages_than_there_are(
    server: Server, http: Http, forum: Discourse
) -> None:
    for number in range(3, 603):
        forum.add(number, topic=number)
    cursor = ""
    posts: set[str] = set()
    for _ in range(30):
        server.asked.clear()
        batch = read(server, http, cursor, words="words")
        cursor, posts = batch.cursor, posts | {post.id for post in batch.posts}
        assert len(server.asked) <= 153  # three pages and, at first, what they hold
    assert len(posts) == 500
    assert len(server.asked) < 30
    forum.posts[600] |= {"raw": "other words", "version": 2}
    changed: list[str] = []
    for _ in range(60):
        batch = read(server, http, cursor, words="words")
        cursor, changed = batch.cursor, [*changed, *(post.id for post in batch.posts)]
    assert changed == ["600/1"]


def test_posts_of_a_rare_category_are_found_far_down(server: Server, http: Http, forum: Discourse) -> None:
    for number in range(3, 1300):
        forum.add(number, topic=number, category_id=5 if number in {60, 1299} else 7)
    cursor = ""
    posts: set[str] = set()
    for _ in range(40):
        batch = read(server, http, cursor, category="support")
        cursor, posts = batch.cursor, posts | {post.id for post in batch.posts}
    assert {"60/1", "1299/1", "1/1", "1/2"} == posts


@pytest.mark.parametrize("old", [False, True])
def test_each_post_comes_once_whatever_the_version(server: Server, http: Http, forum: Discourse, old: bool) -> None:
    """A page of a newer server begins below the number that is named, that of an older one with it."""
    forum.old = old
    for number in [*range(3, 180), *range(400, 500)]:
        forum.add(number)
    cursor = ""
    posts: list[str] = []
    for _ in range(20):
        batch = read(server, http, cursor)
        cursor, posts = batch.cursor, [*posts, *(post.id for post in batch.posts)]
        assert list(batch.gone) == []
    assert len(posts) == len(set(posts)) == 279


def test_what_is_hidden_from_us_makes_no_gap(server: Server, http: Http, forum: Discourse) -> None:
    """A page of which we may see nothing is not the last one."""
    for number in range(3, 200):
        forum.add(number)
    cursor = read(server, http).cursor
    for number in range(300, 420):
        forum.add(number)
    forum.secret = set(range(310, 415))
    posts = read(server, http, cursor).posts
    assert len(posts) == 15


def test_edits_deletions_and_flags_are_followed(
    server: Server, http: Http, forum: Discourse, signed_in: dict[str, str]
) -> None:
    forum.add(3)
    cursor = FORUM.fetch(signed_in, "", http).cursor
    forum.posts[1] |= {"raw": "better", "version": 2}
    del forum.posts[2]
    forum.posts[3] |= {"reviewable_id": 44, "reviewable_score_pending_count": 2}
    batch = FORUM.fetch(signed_in, cursor, http)
    assert [(post.id, post.text) for post in batch.posts] == [("1/1", "better"), ("1/3", "words 3")]
    assert list(batch.gone) == ["1/2"]
    (report,) = batch.reports
    assert (report.id, report.post, report.open) == ("review:44", "1/3", True)
    forum.posts[3] |= {"reviewable_score_pending_count": 0}
    (report,) = FORUM.fetch(signed_in, batch.cursor, http).reports
    assert (report.id, report.open) == ("review:44", False)  # settled on the forum


PAIRS: dict[Verb, Verb] = {"restore": "hide", "unlock": "lock", "unban": "ban", "unmute": "mute", "unlike": "like"}


@pytest.mark.parametrize("verb", sorted(FORUM.can))
def test_done_is_found(server: Server, http: Http, forum: Discourse, signed_in: dict[str, str], verb: Verb) -> None:
    """Before an act it is not found; after it, it is."""
    act = Act(verb, "" if verb == "post" else "1/2", "key", "Words of ours", "", author="2", title="A title")
    if before := PAIRS.get(verb):
        FORUM.act(signed_in, Act(before, "1/2", "x", author="2"), http)
    assert FORUM.find(signed_in, act, http) is None
    done = FORUM.act(signed_in, act, http)
    found = FORUM.find(signed_in, act, http)
    assert found is not None
    assert found.id == done.id
    FORUM.act(signed_in, act, http) if verb not in {"reply", "post", "message"} else None  # done already is done


def test_what_was_deleted_is_brought_back(
    server: Server, http: Http, forum: Discourse, signed_in: dict[str, str]
) -> None:
    assert FORUM.act(signed_in, Act("remove", "1/2", "a"), http).state == "removed"
    assert forum.posts[2]["deleted_at"]
    assert FORUM.act(signed_in, Act("restore", "1/2", "b"), http).state == "visible"
    assert not forum.posts[2]["deleted_at"]


def test_a_suspension_says_why_and_until_when(
    server: Server, http: Http, forum: Discourse, signed_in: dict[str, str]
) -> None:
    until = datetime(2026, 12, 1, tzinfo=UTC)
    FORUM.act(signed_in, Act("ban", "1/2", "key", author="2", until=until, why="Spam"), http)
    assert forum.told[-1] == (
        "PUT", "/admin/users/2/suspend.json", {"suspend_until": "2026-12-01T00:00:00Z", "reason": "Spam"},
    )  # fmt: skip


def test_an_answer_whose_arrival_is_unknown_is_found(
    server: Server, http: Http, forum: Discourse, signed_in: dict[str, str]
) -> None:
    def breaks(asked: Asked) -> Reply:
        return Reply(502) if asked.method == "POST" and forum.reply(asked).status == 200 else forum.reply(asked)

    server.answers["/posts.json"] = breaks
    act = Act("reply", "1/2", "key-1", "Once.")
    with pytest.raises(Retry):
        FORUM.act(signed_in, act, http)
    assert FORUM.find(signed_in, act, http) is not None
    assert FORUM.find(signed_in, Act("reply", "1/2", "key-12", "Once."), http) is None


def test_what_an_account_may_do(server: Server, http: Http, forum: Discourse, signed_in: dict[str, str]) -> None:
    found = FORUM.check(signed_in, http)
    assert found.can == FORUM.can
    assert found.account == "9"
    assert FORUM.check({"site": server.url}, http).can == frozenset()
    with pytest.raises(Broken, match="does not accept the key") as caught:
        FORUM.check({**signed_in, "key": "other"}, http)
    assert caught.value.sign_in


def test_the_forum_says_what_is_wrong(server: Server, http: Http, forum: Discourse, signed_in: dict[str, str]) -> None:
    server.answers["/posts.json"] = Reply(422, {}, b'{"errors": ["Body is too short (minimum is 20 characters)"]}')
    with pytest.raises(Broken, match="refuses this: “Body is too short"):
        FORUM.act(signed_in, Act("reply", "1/2", "key", "Hi"), http)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Act("reply", "1/2", "k", "  "), "empty"),
        (Act("post", "", "k", "Words"), "needs a title"),
        (Act("post", "", "k", "Words", "nowhere", title="A"), "no category"),
        (Act("remove", "12", "k"), "not read from a Discourse"),
    ],
)
def test_what_cannot_be_asked(
    server: Server, http: Http, forum: Discourse, signed_in: dict[str, str], act: Act, says: str
) -> None:
    with pytest.raises(Broken, match=says):
        FORUM.act(signed_in, act, http)
