"""Reading and moderating a real Isso."""

import random

import pytest

from hubbub.connectors import Act, Batch, Http, connector
from hubbub.core.failures import Broken, Retry
from hubbub.core.post import Post

from .isso_peer import Isso

pytestmark = pytest.mark.peer
NETWORK = connector("isso")


def read_all(settings: dict[str, str], http: Http, cursor: str = "") -> tuple[list[Post], set[str], str]:
    """The posts in the order in which they came, what is gone, and the cursor."""
    posts: list[Post] = []
    gone: set[str] = set()
    while True:
        batch: Batch = NETWORK.fetch(settings, cursor, http)
        posts += batch.posts
        gone |= set(batch.gone)
        cursor = batch.cursor
        if not batch.more:
            return posts, gone, cursor


def test_a_check_counts(isso: Isso, http: Http) -> None:
    isso.approve(isso.say("one"))
    isso.say("two")
    found = NETWORK.check(isso.settings, http)
    assert "1 comments, 1 wait for approval" in found.says
    assert (found.can, len(found.sample)) == (NETWORK.can, 2)
    assert "1 comments that visitors see" in NETWORK.check({"site": isso.address}, http).says
    with pytest.raises(Broken, match="does not accept the admin password") as caught:
        NETWORK.check({**isso.settings, "password": "wrong-one"}, http)
    assert caught.value.sign_in
    assert "wrong-one" not in str(caught.value)


def test_everything_comes_once_whenever_it_is_cut_off(isso: Isso, http: Http) -> None:
    numbers = isso.many(730)
    chance = random.Random(7)
    taken: list[str] = []
    cursor, more = "", True
    while more:
        with Http(allow_private=["127.0.0.1"]) as born_anew:
            batch = NETWORK.fetch(isso.settings, cursor, born_anew)
        if chance.random() < 0.4:
            continue  # killed before it was saved
        taken += [post.id for post in batch.posts]
        assert len(batch.posts) <= 500
        cursor, more = batch.cursor, batch.more
    assert len(taken) == len(set(taken))
    assert {int(one) for one in taken} == set(numbers)
    assert read_all(isso.settings, http, cursor)[:2] == ([], set())


def test_a_comment_comes_in_whole(isso: Isso, http: Http) -> None:
    first = isso.say("Is the **cake** <b>good</b>?\n\nsee https://a.example/x")
    answer = isso.say("I think so", name="Bob", parent=first)
    read = {post.id: post for post in read_all(isso.settings, http)[0]}
    assert read[str(first)].text == "Is the **cake** <b>good</b>?\n\nsee https://a.example/x"
    assert [read[str(one)].state for one in (first, answer)] == ["pending", "pending"]
    assert read[str(first)].title == "About cakes"
    assert read[str(first)].url == f"{isso.site}/cakes.html#isso-{first}"
    isso.approve(first, answer)
    one, two = read_all({"site": isso.address, "pages": f"{isso.site}/cakes.html"}, http)[0]
    assert (one.id, two.id, two.parent, two.thread) == (str(first), str(answer), str(first), "/cakes.html")
    assert one.text.startswith("Is the cake")
    assert one.published is not None
    latest = read_all({"site": isso.address}, http)[0]
    assert [post.id for post in latest] == [str(first), str(answer)]
    assert "example.test" not in repr(latest) + repr(read)


@pytest.mark.parametrize("as_admin", [True, False])
def test_what_authors_do_is_followed(isso: Isso, http: Http, as_admin: bool) -> None:
    settings = isso.settings if as_admin else {"site": isso.address, "pages": "/cakes.html /bread.html"}
    one, two = isso.say("one"), isso.say("two", page="bread")
    parent = isso.say("parent")
    child = isso.say("child", parent=parent)
    isso.approve(one, two, parent, child)
    posts, _, cursor = read_all(settings, http)
    assert sorted(post.id for post in posts) == sorted(map(str, (one, two, parent, child)))
    assert {post.id: post.parent for post in posts}[str(child)] == str(parent)
    isso.edit(one, "one, but better")
    posts, gone, cursor = read_all(settings, http, cursor)
    assert [(post.id, post.text, post.edited, gone) for post in posts] == [(str(one), "one, but better", True, set())]
    isso.delete(two)
    isso.delete(parent)  # an answer refers to it: Isso keeps an empty row
    posts, gone, cursor = read_all(settings, http, cursor)
    assert (posts, gone) == ([], {str(two), str(parent)})
    assert read_all(settings, http, cursor)[:2] == ([], set())


def test_an_answer_that_is_published_before_its_parent(isso: Isso, http: Http) -> None:
    parent = isso.say("parent")
    child = isso.say("child", parent=parent)
    isso.approve(child)
    posts, _, cursor = read_all(isso.settings, http)
    assert {post.id: post.state for post in posts} == {str(parent): "pending", str(child): "visible"}
    isso.approve(parent)
    assert [(post.id, post.state) for post in read_all(isso.settings, http, cursor)[0]] == [(str(parent), "visible")]


def test_moderating(isso: Isso, http: Http) -> None:
    comment, other = isso.say("You idiots"), isso.say("cheap flour")
    approve, redact = Act("approve", str(comment), "k1"), Act("redact", str(comment), "k2", "You [removed]")
    remove = Act("remove", str(other), "k3")
    for act in (approve, redact, remove):
        assert NETWORK.find(isso.settings, act, http) is None
        done = NETWORK.act(isso.settings, act, http)
        assert NETWORK.find(isso.settings, act, http) == done
        assert NETWORK.act(isso.settings, act, http) == done
    assert isso.comments() == {comment: (1, "You [removed]", "Ann", None)}


def test_a_reply_is_published_once(isso: Isso, http: Http) -> None:
    comment = isso.say("When do you open?")
    isso.approve(comment)
    act = Act("reply", str(comment), "outbox-17", "At **eight**.\n\nSee you!", "/cakes.html")
    assert NETWORK.find(isso.settings, act, http) is None
    done = NETWORK.act(isso.settings, act, http)
    assert NETWORK.find(isso.settings, act, http) == done
    assert NETWORK.act(isso.settings, act, http) == done
    other = Act("reply", str(comment), "outbox-18", act.text, "/cakes.html")
    assert NETWORK.find(isso.settings, other, http) is None
    rows = isso.comments()
    assert len(rows) == 2
    assert rows[int(done.id)][0] == 1
    assert rows[int(done.id)][3] == comment
    read = {post.id: post for post in read_all(isso.settings, http)[0]}
    assert read[done.id].text == act.text
    author = read[done.id].author
    assert author is not None
    assert author.id == NETWORK.check(isso.settings, http).account


def test_a_reply_that_was_cut_off_before_it_was_published(
    isso: Isso, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = isso.say("When do you open?")
    act = Act("reply", str(comment), "outbox-17", "At eight.", "/cakes.html")
    with monkeypatch.context() as patch:
        patch.setattr("hubbub.connectors._isso_server.Server.moderate", _breaks_off)
        with pytest.raises(Retry):
            NETWORK.act(isso.settings, act, http)
    assert NETWORK.find(isso.settings, act, http) is None  # it stands there, but nobody sees it
    done = NETWORK.act(isso.settings, act, http)
    assert sorted(isso.comments()) == [comment, int(done.id)]
    assert isso.comments()[int(done.id)][0] == 1


def _breaks_off(*_: object) -> None:
    raise Retry("The connection broke off.")


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Act("approve", "999999", "key"), "no longer there"),
        (Act("reply", "1", "key", "  ", "/cakes.html"), "empty"),
        (Act("approve", "abc", "key"), "not the number"),
        (Act("reply", "1", "key", "x" * 70_000, "/cakes.html"), "refused"),
    ],
)
def test_what_cannot_be_done_is_said(isso: Isso, http: Http, act: Act, says: str) -> None:
    isso.say("hello")
    with pytest.raises(Broken, match=says):
        NETWORK.act(isso.settings, act, http)
    with pytest.raises(Broken, match=r"only be read|empty|not the number"):
        NETWORK.act({"site": isso.address}, act, http)
