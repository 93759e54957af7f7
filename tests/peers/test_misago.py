"""Reading and moderating a real Misago forum."""

import random

import pytest

from hubbub.connectors import Act, Attached, Batch, Http, Placing, Verb, connector
from hubbub.core.failures import Broken, Retry
from tests.pictures import png

from .misago_peer import Misago

pytestmark = pytest.mark.peer
NETWORK = connector("misago")


def read_all(settings: dict[str, str], http: Http, cursor: str = "") -> tuple[list[tuple[str, str]], Batch]:
    """Each post's number and state, in the order in which they came; the last batch."""
    seen: list[tuple[str, str]] = []
    while True:
        batch = NETWORK.fetch(settings, cursor, http)
        seen += [(post.id, post.state) for post in batch.posts]
        cursor = batch.cursor
        if not batch.more:
            return seen, batch


def test_a_check_signs_in(misago: Misago, http: Http) -> None:
    thread, first = misago.thread("Cakes", "Which cake is best?")
    found = NETWORK.check(misago.settings, http)
    assert "Signed in as mod, who can answer and moderate" in found.says
    assert found.can == NETWORK.can
    assert found.account == "1"
    assert [(post.id, post.text, post.title, post.type, post.thread) for post in found.sample] == [
        (str(first), "Which cake is best?", "Cakes", "post", str(thread))
    ]
    assert not NETWORK.check({"site": f"{misago.address}/c/first-category/3/"}, http).can
    member = NETWORK.check({**misago.settings, "user": "alice"}, http)
    assert member.can == {"reply", "post", "edit", "like", "unlike"}


def test_wrong_credentials(misago: Misago, http: Http) -> None:
    with pytest.raises(Broken, match="does not accept") as caught:
        NETWORK.check({**misago.settings, "password": "wrong-one"}, http)
    assert caught.value.sign_in
    assert "wrong-one" not in str(caught.value)
    with pytest.raises(Broken, match="belong together"):
        NETWORK.check({"site": misago.address, "user": "mod"}, http)


def test_everything_comes_once_whenever_it_is_cut_off(misago: Misago, http: Http) -> None:
    """A crash loses a batch that was not saved: it is read again from the cursor before. Meanwhile the forum lives."""
    numbers = misago.side("many", 12, 24)
    assert isinstance(numbers, list)
    chance = random.Random(5)
    taken: list[str] = []
    cursor, more, turn = "", True, 0
    while more:
        with Http(allow_private=["127.0.0.1"]) as born_anew:  # knows no session
            batch = NETWORK.fetch(misago.settings, cursor, born_anew)
        if chance.random() < 0.4:
            continue  # killed before it was saved
        taken += [post.id for post in batch.posts]
        cursor, more = batch.cursor, batch.more
        turn += 1
        if turn in {1, 2}:
            rows = misago.posts()
            oldest = min(int(str(row["thread"])) for row in rows.values())
            numbers.append(misago.reply(oldest, f"late {turn}"))  # lifts an unread thread to the top of the list
    _, last = read_all(misago.settings, http, cursor)
    assert len(taken) + len(last.posts) >= len(numbers)
    assert len(set(taken)) == len(taken)
    assert {int(one) for one in taken} | {int(post.id) for post in last.posts} == set(numbers)
    assert read_all(misago.settings, http, last.cursor)[0] == []


def test_what_happens_in_the_forum_is_followed(misago: Misago, http: Http) -> None:
    thread, first = misago.thread("Cakes", "Which cake is best?")
    one, two = misago.reply(thread, "apple pie", "troll"), misago.reply(thread, "cheese cake", "troll")
    seen, batch = read_all(misago.settings, http)
    assert seen == [(str(first), "visible"), (str(one), "visible"), (str(two), "visible")]
    misago.side("edit", one, "apple pie with cream")
    batch = NETWORK.fetch(misago.settings, batch.cursor, http)
    assert [(post.id, post.text, post.edited) for post in batch.posts] == [(str(one), "apple pie with cream", True)]
    misago.side("delete", two)
    batch = NETWORK.fetch(misago.settings, batch.cursor, http)
    assert (list(batch.posts), batch.gone) == ([], (str(two),))
    assert NETWORK.fetch(misago.settings, batch.cursor, http).gone == ()
    with misago.sign_in("mod") as browser:
        hide = [{"op": "replace", "path": "is-hidden", "value": True}]
        browser.patch(f"/api/threads/{thread}/posts/{one}/", json=hide).raise_for_status()
        batch = NETWORK.fetch(misago.settings, batch.cursor, http)
        assert [(post.id, post.state) for post in batch.posts] == [(str(one), "hidden")]
        browser.delete(f"/api/threads/{thread}/").raise_for_status()
    batch = NETWORK.fetch(misago.settings, batch.cursor, http)
    assert set(batch.gone) == {str(first), str(one)}


def test_what_waits_for_approval_comes_to_moderators(misago: Misago, http: Http) -> None:
    thread, first = misago.thread("Cakes", "Which cake is best?")
    _, visitor = read_all({"site": misago.address}, http)
    _, batch = read_all(misago.settings, http)
    waits = misago.reply(thread, "buy cheap flour", "troll", "yes")
    closed, opening = misago.thread("Flour", "cheap flour", "troll", "yes")
    seen, batch = read_all(misago.settings, http, batch.cursor)
    assert sorted(seen) == sorted([(str(waits), "pending"), (str(opening), "pending")])
    assert read_all({"site": misago.address}, http, visitor.cursor)[0] == []
    for post, place in ((waits, thread), (opening, closed)):
        act = Act("approve", str(post), "key", thread=str(place))
        assert NETWORK.find(misago.settings, act, http) is None
        assert NETWORK.act(misago.settings, act, http).state == "visible"
        assert NETWORK.find(misago.settings, act, http) is not None
    assert not any(row["unapproved"] for row in misago.posts().values())
    assert sorted(read_all(misago.settings, http, batch.cursor)[0]) == sorted(
        [(str(waits), "visible"), (str(opening), "visible")]
    )
    assert (str(waits), "visible") in read_all({"site": misago.address}, http, visitor.cursor)[0]
    assert first


def test_the_forums_search(misago: Misago, http: Http) -> None:
    with misago.sign_in("alice") as browser:
        body = {"category": misago.category, "title": "Opening hours", "post": "When does the bakery open?"}
        thread = browser.post("/api/threads/", json=body).json()["id"]
    misago.thread("Cakes", "Which cake is best?")
    batch = NETWORK.fetch({**misago.settings, "words": "bakery"}, "", http)
    assert [(post.text, post.thread, post.title) for post in batch.posts] == [
        ("When does the bakery open?", str(thread), "Opening hours")
    ]
    assert not NETWORK.fetch({**misago.settings, "words": "bakery"}, batch.cursor, http).posts


@pytest.mark.parametrize(
    ("verbs", "hidden"),
    [
        (["hide"], True),
        (["hide", "hide"], True),
        (["hide", "restore"], False),
        (["restore"], False),
        (["remove"], None),
        (["hide", "remove", "remove"], None),
    ],
)
@pytest.mark.parametrize("which", ["an answer", "a first post"])
def test_moderating(misago: Misago, http: Http, which: str, verbs: list[Verb], hidden: bool | None) -> None:
    thread, first = misago.thread("Cakes", "Buy cheap flour")
    post = misago.reply(thread, "Buy cheap flour now", "troll") if which == "an answer" else first
    for verb in verbs:
        act = Act(verb, str(post), f"key {verb}", thread=str(thread))
        done = NETWORK.act(misago.settings, act, http)
        found = NETWORK.find(misago.settings, act, http)
        assert found is not None
        assert (found.id, found.state) == (done.id, done.state)
    rows = misago.posts()
    assert (first in rows) is (hidden is not None or which == "an answer")
    assert rows.get(post, {}).get("hidden") is hidden


def test_closing_liking_and_editing(misago: Misago, http: Http) -> None:
    thread, first = misago.thread("Cakes", "Which idiot bakes this?", "troll")
    closing: list[tuple[Verb, bool]] = [("lock", True), ("unlock", False)]
    for verb, closed in closing:
        act = Act(verb, str(first), "key", thread=str(thread))
        assert NETWORK.find(misago.settings, act, http) is None
        NETWORK.act(misago.settings, act, http)
        assert NETWORK.find(misago.settings, act, http) is not None
        assert misago.side("threads") == [[thread, "Cakes", closed, False]]
    liking: list[Verb] = ["like", "unlike"]
    for verb in liking:
        act = Act(verb, str(first), "key", thread=str(thread))
        assert NETWORK.find(misago.settings, act, http) is None
        NETWORK.act(misago.settings, act, http)
        assert NETWORK.find(misago.settings, act, http) is not None
    act = Act("redact", str(first), "key", "Which [removed] bakes this?", str(thread), why="an insult")
    assert NETWORK.find(misago.settings, act, http) is None
    NETWORK.act(misago.settings, act, http)
    assert NETWORK.find(misago.settings, act, http) is not None
    assert misago.posts()[first]["text"] == "Which [removed] bakes this?"


def test_a_reply_is_found_again_by_its_mark(misago: Misago, http: Http) -> None:
    thread, first = misago.thread("Cakes", "When do you open?")
    act = Act("reply", str(first), "outbox-17", "At **eight**.\n\nSee you!", str(thread))
    assert NETWORK.find(misago.settings, act, http) is None
    done = NETWORK.act(misago.settings, act, http)
    assert NETWORK.find(misago.settings, act, http) == done
    other = Act("reply", str(first), "outbox-18", act.text, str(thread))  # the same words, another act
    assert NETWORK.find(misago.settings, other, http) is None
    read = {post.id: post for post in NETWORK.fetch(misago.settings, "", http).posts}
    assert read[done.id].text == "At eight.\n\nSee you!"
    author = read[done.id].author
    assert author is not None
    assert author.id == NETWORK.check(misago.settings, http).account
    edit = Act("edit", done.id, "outbox-19", "At nine.", str(thread))
    NETWORK.act(misago.settings, edit, http)
    assert NETWORK.find(misago.settings, edit, http) is not None
    NETWORK.act(misago.settings, Act("delete", done.id, "outbox-20", thread=str(thread)), http)
    assert int(done.id) not in misago.posts()


def test_threads_and_warnings(misago: Misago, http: Http) -> None:
    _, first = misago.thread("Cakes", "You idiots", "troll")
    read = NETWORK.fetch(misago.settings, "", http).posts[0]
    assert read.author is not None
    post = Act("post", "", "outbox-1", "We open at eight.", title="New hours")
    warn = Act("warn", str(first), "outbox-2", "Please stay friendly.", read.thread, read.author.id, "Your post")
    for act in (post, warn):
        assert NETWORK.find(misago.settings, act, http) is None
        done = NETWORK.act(misago.settings, act, http)
        assert NETWORK.find(misago.settings, act, http) == done
    assert sorted(str(row["who"]) for row in misago.posts().values()) == ["mod", "mod", "troll"]


def test_a_quick_second_post_has_to_wait(misago: Misago, http: Http) -> None:
    thread, first = misago.thread("Cakes", "When do you open?")
    alice = {**misago.settings, "user": "alice"}
    NETWORK.act(alice, Act("reply", str(first), "k1", "I wonder, too.", str(thread)), http)
    with pytest.raises(Retry, match="wait") as caught:
        NETWORK.act(alice, Act("reply", str(first), "k2", "And when do you close?", str(thread)), http)
    assert caught.value.after is not None
    assert caught.value.after.total_seconds() == 4
    with pytest.raises(Retry, match="wait"):
        NETWORK.act(alice, Act("post", "", "k3", "And when do you close?"), http)
    with pytest.raises(Broken, match="can't hide posts"):
        NETWORK.act(alice, Act("hide", str(misago.reply(thread, "x", "troll")), "k4", thread=str(thread)), http)


def test_a_lost_session_is_renewed(misago: Misago, http: Http) -> None:
    thread, first = misago.thread("Cakes", "Cheap flour", "alice", "yes")
    assert read_all(misago.settings, http)[0] == [(str(first), "pending")]
    misago.side("forget_sessions")
    seen, batch = read_all(misago.settings, http)
    assert (seen, batch.gone) == ([(str(first), "pending")], ())
    misago.side("forget_sessions")
    assert NETWORK.act(misago.settings, Act("approve", str(first), "key", thread=str(thread)), http).state == "visible"


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Act("hide", "999999", "key", thread="{}"), "nothing at this address"),
        (Act("reply", "1", "key", "  ", "{}"), "no words"),
        (Act("reply", "1", "key", "hello all", "999999"), "nothing at this address"),
        (Act("hide", "abc", "key", thread="{}"), "not the number"),
        (Act("reply", "1", "key", "x" * 70_000, "{}"), "refused"),
    ],
)
def test_what_cannot_be_done_is_said(misago: Misago, http: Http, act: Act, says: str) -> None:
    thread, _ = misago.thread("Cakes", "hello")
    act = Act(act.verb, act.post, act.key, act.text, act.thread.format(thread))
    with pytest.raises(Broken, match=says):
        NETWORK.act(misago.settings, act, http)
    with pytest.raises(Broken, match=r"only be read|no words|not the number"):
        NETWORK.act({"site": misago.address}, act, http)


@pytest.mark.parametrize("verb", ["post", "reply"])
def test_files_hang_on_what_we_say(misago: Misago, http: Http, verb: Verb) -> None:
    assert isinstance(NETWORK, Placing)
    place = NETWORK.places(misago.settings, http)[0]
    thread, first = misago.thread("Cakes", "Which cake is best?")
    media = (Attached("oven.png", "image/png", png(9, 9), "An oven"), Attached("menu.png", "image/png", png(8, 8)))
    said = Act("reply", str(first), "key-1", "This one.", str(thread), media=media)
    act = said if verb == "reply" else Act("post", "", "key-1", "New ovens.", place.id, title="Ovens", media=media)
    assert NETWORK.find(misago.settings, act, http) is None
    done = NETWORK.act(misago.settings, act, http)
    assert NETWORK.find(misago.settings, act, http) == done
    posts = {post.id: post for post in NETWORK.fetch(misago.settings, "", http).posts}
    assert (posts[done.id].text, posts[done.id].url) == (act.text, done.url)
    assert [one.type for one in posts[done.id].media] == ["image", "image"]
    NETWORK.act(misago.settings, Act("edit", done.id, "key-2", "Other words.", posts[done.id].thread), http)
    (post,) = [post for post in NETWORK.fetch(misago.settings, "", http).posts if post.id == done.id]
    assert (post.text, len(post.media)) == ("Other words.", 2)
    broken = Act("reply", str(first), "key-3", "Look", str(thread), media=(Attached("a.exe", "application/x", b"x"),))
    with pytest.raises(Broken, match="refused"):
        NETWORK.act(misago.settings, broken, http)
