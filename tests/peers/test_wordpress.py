"""The WordPress connector against a real WordPress."""

import socket
from hashlib import sha256
from threading import Thread

import pytest

from hubbub.connectors import Act, Attached, Batch, Http, connector
from hubbub.connectors._connector import Verb
from hubbub.core.failures import Broken, Retry
from tests.pictures import png

from .conftest import WordPress

pytestmark = pytest.mark.peer
NETWORK = connector("wordpress")


def fetch_all(settings: dict[str, str], http: Http, cursor: str = "") -> tuple[list[tuple[str, str]], Batch]:
    """(id, state) of everything new, and the last batch."""
    seen = []
    while True:
        batch = NETWORK.fetch(settings, cursor, http)
        seen += [(post.id, post.state) for post in batch.posts]
        cursor = batch.cursor
        if not batch.more:
            return seen, batch


def test_check_says_what_is_there(wordpress: WordPress, http: Http) -> None:
    wordpress.say("Is the new bakery open on Sunday?")
    found = NETWORK.check(wordpress.settings, http)
    assert found.says.startswith("Peer: 1 comments, 1 of them wait for approval. Signed in as admin")
    assert found.can == NETWORK.can
    assert found.account == "user:1"
    assert [post.text for post in found.sample] == ["Is the new bakery open on Sunday?"]
    visitor = NETWORK.check({"site": wordpress.address}, http)
    assert visitor.says.startswith("Peer: 0 comments that visitors see")
    assert visitor.can == frozenset()


@pytest.mark.parametrize(
    "entered", ["{}", "{}/", "{}/wp-admin/", "{}/wp-login.php", "{}/wp-json/", "{}/acme-opens-a-second-bakery/"]
)
def test_the_api_is_found_from_what_people_enter(wordpress: WordPress, http: Http, entered: str) -> None:
    assert NETWORK.check({"site": entered.format(wordpress.address)}, http).name == "Peer"


@pytest.mark.parametrize("structure", ["", "/%postname%/", "/index.php/%postname%/"])
def test_the_api_is_found_with_every_kind_of_permalink(wordpress: WordPress, http: Http, structure: str) -> None:
    wordpress.side("option", "permalink_structure", structure)
    try:
        comment = wordpress.say("hello")
        assert NETWORK.check(wordpress.settings, http).name == "Peer"
        assert fetch_all(wordpress.settings, http)[0] == [(str(comment), "pending")]
        done = NETWORK.act(wordpress.settings, Act("reply", str(comment), "key", "Hi"), http)
        assert wordpress.state(done.id) == "1"
    finally:
        wordpress.side("option", "permalink_structure", "/%postname%/")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"password": "wrong"}, "does not accept the user name and application password"),
        ({"user": "nobody"}, "does not accept the user name and application password"),
        ({"password": ""}, "belong together"),
        ({"site": ""}, "address of the site is missing"),
    ],
)
def test_wrong_settings(wordpress: WordPress, http: Http, changed: dict[str, str], says: str) -> None:
    for ask in (NETWORK.check, lambda settings, door: NETWORK.fetch(settings, "", door)):
        with pytest.raises(Broken, match=says) as caught:
            ask({**wordpress.settings, **changed}, http)
        assert wordpress.password not in str(caught.value)


@pytest.mark.parametrize("role", ["subscriber", "author"])
def test_an_account_that_may_not_moderate(wordpress: WordPress, http: Http, role: str) -> None:
    comment = wordpress.say("hello")
    settings = {"site": wordpress.address, "user": role, "password": str(wordpress.side("member", role, role))}
    for ask in (
        lambda: NETWORK.check(settings, http),
        lambda: NETWORK.fetch(settings, "", http),
        lambda: NETWORK.act(settings, Act("approve", str(comment), "key"), http),
    ):
        with pytest.raises(Broken, match=r"role Editor"):
            ask()
    assert wordpress.state(comment) == "0"


def test_a_strangers_comment_comes_in_whole(wordpress: WordPress, http: Http) -> None:
    first = wordpress.say("Tom's <b>bread</b> & butter\nis “good”, see https://a.example/x", name="Ann Baker")
    second = wordpress.say("I agree", parent=first, name="Bob")
    one, two = NETWORK.fetch(wordpress.settings, "", http).posts
    assert one.id == str(first)
    assert one.text == "Tom's bread & butter\nis “good”, see https://a.example/x"
    assert one.title == "Acme opens a second bakery"
    assert one.links == ("https://a.example/x",)
    assert (one.type, one.state, one.thread, one.parent) == ("comment", "pending", str(wordpress.post), "")
    assert one.url == f"{wordpress.address}/acme-opens-a-second-bakery/#comment-{first}"
    assert one.author is not None
    assert one.author.name == "Ann Baker"
    assert (two.id, two.parent, two.thread) == (str(second), str(first), str(wordpress.post))
    again = wordpress.say("me again", name="Ann Baker")
    batch = NETWORK.fetch(wordpress.settings, "", http)
    by_id = {post.id: post.author for post in batch.posts}
    assert by_id[str(again)] == by_id[str(first)] != by_id[str(second)]
    for secret in ("example.test", "127.0.0.1 ", wordpress.password):
        assert secret not in repr(batch)


def test_what_happens_in_wp_admin_is_followed(wordpress: WordPress, http: Http) -> None:
    one, two, three = (wordpress.say(text) for text in ("one", "two", "three"))
    seen, batch = fetch_all(wordpress.settings, http)
    assert seen == [(str(one), "pending"), (str(two), "pending"), (str(three), "pending")]
    assert fetch_all(wordpress.settings, http, batch.cursor)[0] == []
    wordpress.side("state", one, "approve")
    wordpress.side("state", two, "spam")
    wordpress.side("state", three, "trash")
    seen, batch = fetch_all(wordpress.settings, http, batch.cursor)
    assert seen == [(str(one), "visible"), (str(two), "spam"), (str(three), "removed")]
    wordpress.side("edit", one, "one, but better")
    batch = NETWORK.fetch(wordpress.settings, batch.cursor, http)
    assert [(post.id, post.text) for post in batch.posts] == [(str(one), "one, but better")]
    wordpress.side("delete", two)
    batch = NETWORK.fetch(wordpress.settings, batch.cursor, http)
    assert (batch.posts, batch.gone) == ((), (str(two),))
    assert NETWORK.fetch(wordpress.settings, batch.cursor, http).gone == ()


def test_visitors_see_what_is_approved(wordpress: WordPress, http: Http) -> None:
    visitor = {"site": wordpress.address}
    one, two = wordpress.say("one"), wordpress.say("two")
    wordpress.side("state", two, "approve")
    seen, batch = fetch_all(visitor, http)
    assert seen == [(str(two), "visible")]
    wordpress.side("state", one, "approve")  # an older one, later
    seen, batch = fetch_all(visitor, http, batch.cursor)
    assert seen == [(str(one), "visible")]
    wordpress.side("state", two, "hold")
    seen, batch = fetch_all(visitor, http, batch.cursor)
    assert (seen, batch.gone) == ([], (str(two),))
    # with an account everything is read anew
    assert fetch_all(wordpress.settings, http, batch.cursor)[0] == [(str(one), "visible"), (str(two), "pending")]


def test_many_comments_come_once_each_while_the_site_lives_on(wordpress: WordPress, http: Http) -> None:
    ids = wordpress.side("strangers", wordpress.post, 730)
    assert isinstance(ids, list)
    seen: list[str] = []
    cursor, deleted, turn = "", set(), 0
    while True:
        batch = NETWORK.fetch(wordpress.settings, cursor, http)
        seen += [post.id for post in batch.posts]
        cursor = batch.cursor
        if not batch.more:
            break
        turn += 1
        for gone in ids[turn * 20 : turn * 20 + 7]:  # deletions move what comes after
            wordpress.side("delete", gone)
            deleted.add(str(gone))
        ids += wordpress.side("strangers", wordpress.post, 3)
    assert len(seen) == len(set(seen))
    assert set(map(str, ids)) - set(seen) <= deleted
    assert sorted(seen, key=int) == seen
    burst = wordpress.side("strangers", wordpress.post, 260)  # more than a page between two polls
    assert isinstance(burst, list)
    assert [ident for ident, _ in fetch_all(wordpress.settings, http, cursor)[0]] == [str(ident) for ident in burst]


@pytest.mark.parametrize(
    ("verbs", "state"),
    [
        (["approve"], "1"),
        (["approve", "approve"], "1"),
        (["approve", "hold"], "0"),
        (["approve", "hide"], "0"),
        (["hide", "restore"], "1"),
        (["spam"], "spam"),
        (["spam", "restore"], "1"),
        (["spam", "hold"], "0"),
        (["remove"], "trash"),
        (["remove", "remove"], "trash"),
        (["remove", "restore"], "1"),
        (["remove", "spam"], "spam"),
        (["spam", "remove", "approve"], "1"),
    ],
)
def test_moderating(wordpress: WordPress, http: Http, verbs: list[Verb], state: str) -> None:
    comment = wordpress.say("Buy cheap flour now")
    for verb in verbs:
        act = Act(verb, str(comment), f"key {verb}")
        done = NETWORK.act(wordpress.settings, act, http)
        assert NETWORK.find(wordpress.settings, act, http) == done
    assert wordpress.state(comment) == state
    assert ("Buy cheap flour now" in wordpress.page()) is (state == "1")


def test_words_are_covered_and_put_back(wordpress: WordPress, http: Http) -> None:
    text = "Call Ann <at> 0199-7788 & ask\nfor “bread”"
    comment = wordpress.say(text.replace("<", "&lt;"))
    wordpress.side("state", comment, "approve")
    covered = text.replace("0199-7788", "█" * 9)
    for words in (covered, text):
        act = Act("redact", str(comment), f"key {words}", words)
        assert NETWORK.find(wordpress.settings, act, http) is None
        done = NETWORK.act(wordpress.settings, act, http)
        assert done.state == "visible"
        assert NETWORK.find(wordpress.settings, act, http) == done == NETWORK.act(wordpress.settings, act, http)
        (read,) = NETWORK.fetch(wordpress.settings, "", http).posts
        assert read.text == words
        assert ("0199-7788" in wordpress.page()) is (words == text)


def test_a_reply_is_found_again_by_its_key(wordpress: WordPress, http: Http) -> None:
    comment = wordpress.say("When do you open?")
    act = Act("reply", str(comment), "outbox-17", 'At <eight> & "never" later.\nSee you!', str(wordpress.post))
    assert NETWORK.find(wordpress.settings, act, http) is None
    done = NETWORK.act(wordpress.settings, act, http)
    assert NETWORK.find(wordpress.settings, act, http) == done
    assert NETWORK.act(wordpress.settings, act, http) == done  # WordPress calls it a duplicate; it is ours
    other = Act("reply", str(comment), "outbox-18", act.text, str(wordpress.post))
    assert NETWORK.find(wordpress.settings, other, http) is None
    with pytest.raises(Broken, match="very same answer"):
        NETWORK.act(wordpress.settings, other, http)
    rows = [row for row in wordpress.comments() if row["user"] == "1"]
    assert [(row["parent"], row["post"], row["state"]) for row in rows] == [(str(comment), str(wordpress.post), "1")]
    read = {post.id: post for post in NETWORK.fetch(wordpress.settings, "", http).posts}
    assert read[done.id].text == act.text
    assert read[done.id].author is not None
    assert read[done.id].author.id == NETWORK.check(wordpress.settings, http).account
    wordpress.side("state", comment, "approve")  # until then nobody sees the answers to it either
    assert "At &lt;eight&gt; &amp;" in wordpress.page()
    wordpress.side("state", done.id, "trash")  # the site's owner throws it away: it must not be sent again
    found = NETWORK.find(wordpress.settings, act, http)
    assert found is not None
    assert found.state == "removed"


def test_a_reply_whose_answer_was_lost_is_found(wordpress: WordPress, http: Http) -> None:
    """A proxy passes the request on and cuts the connection before the answer."""
    comment = wordpress.say("When do you open?")
    act = Act("reply", str(comment), "outbox-19", "At eight.", str(wordpress.post))
    NETWORK.check(wordpress.settings, http)
    (key,) = (key for key in http.known if key.startswith("wordpress "))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def once() -> None:
            connection, _ = listening.accept()
            with connection, socket.create_connection(("127.0.0.1", int(wordpress.address.rpartition(":")[2]))) as on:
                request = connection.recv(65536)
                while b"At eight" not in request:
                    request += connection.recv(65536)
                on.sendall(request)
                on.recv(1)  # it has arrived and was answered

        thread = Thread(target=once)
        thread.start()
        http.known[key] = f"http://127.0.0.1:{listening.getsockname()[1]}/wp-json/"
        with pytest.raises(Retry, match="broke off"):
            NETWORK.act(wordpress.settings, act, http)
        thread.join()
    http.known.clear()
    found = NETWORK.find(wordpress.settings, act, http)
    assert found is not None
    assert [row["id"] for row in wordpress.comments() if row["user"] == "1"] == [found.id]


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Act("approve", "999999", "key"), "no longer there"),
        (Act("reply", "999999", "key", "text"), "no longer there"),
        (Act("spam", "abc", "key"), "not the number"),
        (Act("reply", "{}", "key", "  "), "empty"),
        (Act("reply", "{}", "key", "x" * 70_000), "refused"),
    ],
)
def test_what_cannot_be_done_is_said(wordpress: WordPress, http: Http, act: Act, says: str) -> None:
    comment = wordpress.say("hello")
    act = Act(act.verb, act.post.format(comment), act.key, act.text)
    with pytest.raises(Broken, match=says):
        NETWORK.act(wordpress.settings, act, http)
    with pytest.raises(Broken, match="can only be read"):
        NETWORK.act({"site": wordpress.address}, act, http)


def test_closed_comments_are_said(wordpress: WordPress, http: Http) -> None:
    comment = wordpress.say("hello")
    wordpress.side("close", wordpress.post)
    with pytest.raises(Broken, match="closed"):
        NETWORK.act(wordpress.settings, Act("reply", str(comment), "key", "Hi"), http)


# --- what we say first

ARTICLE = Act(
    "post",
    "",
    "launch-1",
    "We open at <8>.\n\nAll about it: https://example.com/a?b=1&c=2.",
    title="A third bakery & café",
    media=(Attached("The ovens.png", "image/png", png(), "Two <ovens>"), Attached("menu.png", "image/png", png(8, 8))),
)


def test_an_article_with_pictures_comes_back_as_it_was_sent(wordpress: WordPress, http: Http) -> None:
    cursor = fetch_all(wordpress.settings, http)[1].cursor
    done = NETWORK.act(wordpress.settings, ARTICLE, http)
    assert (done.state, done.url) == ("visible", f"{wordpress.address}/a-third-bakery-cafe/")
    page = http.get(done.url).text()
    assert "We open at &lt;8&gt;." in page
    assert '<a href="https://example.com/a?b=1&#038;c=2">' in page or "a?b=1&amp;c=2" in page
    assert 'alt="Two &lt;ovens&gt;"' in page
    batch = NETWORK.fetch(wordpress.settings, cursor, http)
    (post,) = batch.posts
    assert (post.id, post.url, post.type) == (done.id, done.url, "article")
    assert (post.title, post.text) == (ARTICLE.title, ARTICLE.text)
    assert post.author is not None
    assert post.author.id == NETWORK.check(wordpress.settings, http).account
    assert [one.type for one in post.media] == ["image", "image"]
    assert [http.get(one.url).status for one in post.media] == [200, 200]
    assert NETWORK.fetch(wordpress.settings, batch.cursor, http).posts == ()


def test_an_article_is_published_once(wordpress: WordPress, http: Http) -> None:
    assert NETWORK.find(wordpress.settings, ARTICLE, http) is None
    first = NETWORK.act(wordpress.settings, ARTICLE, http)
    assert NETWORK.find(wordpress.settings, ARTICLE, http) == first
    assert NETWORK.act(wordpress.settings, ARTICLE, http) == first
    files = http.get(f"{wordpress.address}/wp-json/wp/v2/media", params={"per_page": 100, "_fields": "slug"}).text()
    slug = f"hubbub-{sha256(b'launch-1').hexdigest()[:20]}"
    assert files.count(slug) == 2


def test_an_article_is_changed_and_its_pictures_stay(wordpress: WordPress, http: Http) -> None:
    done = NETWORK.act(wordpress.settings, ARTICLE, http)
    cursor = fetch_all(wordpress.settings, http)[1].cursor
    change = Act("edit", done.id, "k2", "We open at nine.", "", title="")
    assert NETWORK.find(wordpress.settings, change, http) is None
    assert NETWORK.act(wordpress.settings, change, http).id == done.id
    assert NETWORK.find(wordpress.settings, change, http) is not None
    (post,) = NETWORK.fetch(wordpress.settings, cursor, http).posts
    assert (post.title, post.text, len(post.media)) == (ARTICLE.title, "We open at nine.", 2)
    assert NETWORK.find(wordpress.settings, ARTICLE, http) is not None


def test_an_article_is_answered_and_deleted(wordpress: WordPress, http: Http) -> None:
    done = NETWORK.act(wordpress.settings, ARTICLE, http)
    thread = done.id.removeprefix("post:")
    answer = Act("reply", done.id, "k3", "Ask us anything.", thread)
    said = NETWORK.act(wordpress.settings, answer, http)
    assert NETWORK.find(wordpress.settings, answer, http) == said
    batch = NETWORK.fetch(wordpress.settings, "", http)
    while batch.more:
        batch = NETWORK.fetch(wordpress.settings, batch.cursor, http)
    gone = Act("delete", done.id, "k4")
    assert NETWORK.find(wordpress.settings, gone, http) is None
    assert NETWORK.act(wordpress.settings, gone, http).state == "removed"
    assert NETWORK.find(wordpress.settings, gone, http) is not None
    assert NETWORK.act(wordpress.settings, gone, http).state == "removed"
    assert done.id in NETWORK.fetch(wordpress.settings, batch.cursor, http).gone


def test_our_answer_is_changed_and_deleted(wordpress: WordPress, http: Http) -> None:
    said = NETWORK.act(
        wordpress.settings, Act("reply", str(wordpress.say("Hi")), "k", "Hello", str(wordpress.post)), http
    )
    change = Act("edit", said.id, "k2", "Hello & welcome")
    assert NETWORK.act(wordpress.settings, change, http).id == said.id
    assert NETWORK.find(wordpress.settings, change, http) is not None
    assert NETWORK.act(wordpress.settings, Act("delete", said.id, "k3"), http).state == "removed"
    assert wordpress.state(said.id) == "trash"


@pytest.mark.parametrize(
    ("media", "says"),
    [
        (Attached("notes.txt", "text/plain", b"x"), "is of a kind"),
        (Attached("broken.png", "image/png", b"no picture"), "does not take the file “broken.png”"),
        (Attached("long.png", "image/png", png(), "x" * 1001), "Shorten it"),
    ],
)
def test_files_that_are_not_taken(wordpress: WordPress, http: Http, media: Attached, says: str) -> None:
    act = Act("post", "", "k", "Words", title="Title", media=(media,))
    with pytest.raises(Broken, match=says):
        NETWORK.act(wordpress.settings, act, http)
    assert NETWORK.find(wordpress.settings, act, http) is None


def test_an_article_of_wordpress_is_not_edited_here(wordpress: WordPress, http: Http) -> None:
    with pytest.raises(Broken, match="written in WordPress"):
        NETWORK.act(wordpress.settings, Act("edit", f"post:{wordpress.post}", "k", "New"), http)
    with pytest.raises(Broken, match="needs a title"):
        NETWORK.act(wordpress.settings, Act("post", "", "k", "Words"), http)
