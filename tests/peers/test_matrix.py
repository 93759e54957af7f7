"""Reading and moderating rooms on a real Matrix homeserver."""

import random
from collections.abc import Iterator

import pytest

from hubbub.connectors import Act, Attached, Batch, Http, Placing, Streaming, Verb, connector
from hubbub.core.failures import Broken
from hubbub.core.post import Post
from tests.pictures import png

from .synapse_peer import PASSWORD, Synapse

pytestmark = pytest.mark.peer
NETWORK = connector("matrix")


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


def test_a_check_says_what_may_be_done(synapse: Synapse, http: Http) -> None:
    room, secret = synapse.room(), synapse.room("Back office", encrypted=True)
    synapse.alice.say(room, "hello")
    found = NETWORK.check(synapse.settings(room, secret), http)
    assert "is in 2 rooms" in found.says
    assert "not read: Back office" in found.says
    assert found.can == NETWORK.can
    assert found.account == synapse.mod.id
    assert [post.text for post in found.sample] == ["hello"]
    member = NETWORK.check({**synapse.settings(room), "token": synapse.alice.token}, http)
    assert member.can == {"reply", "message", "post", "edit", "delete", "like", "unlike"}


def test_signing_in(synapse: Synapse, http: Http) -> None:
    room = synapse.room()
    by_password = {"site": synapse.address, "user": synapse.mod.id, "password": PASSWORD, "rooms": room}
    assert NETWORK.check(by_password, http).account == synapse.mod.id
    for wrong in ({**by_password, "password": "wrong-one"}, {"site": synapse.address, "token": "wrong-one"}):
        with pytest.raises(Broken, match="does not accept") as caught, Http(allow_private=True) as anew:
            NETWORK.check(wrong, anew)
        assert caught.value.sign_in
        assert "wrong-one" not in str(caught.value)
    with pytest.raises(Broken, match="knows no room"):
        NETWORK.check({**by_password, "rooms": "#nowhere:localhost"}, http)


def test_everything_comes_once_whenever_it_is_cut_off(synapse: Synapse) -> None:
    room, other = synapse.room(), synapse.room("Bread")
    said = [synapse.alice.say(room, f"message {number}") for number in range(230)]
    said += [synapse.troll.say(other, f"loaf {number}") for number in range(40)]
    settings, chance = synapse.settings(room, other), random.Random(3)
    taken: list[str] = []
    cursor, more, turn = "", True, 0
    while more or turn < 12:
        with Http(allow_private=["127.0.0.1"]) as born_anew:
            batch = NETWORK.fetch(settings, cursor, born_anew)
        turn += 1
        if turn in {3, 6, 9}:
            said += [
                synapse.alice.say(room, f"later {turn} {number}") for number in range(120)
            ]  # over one sync's limit
        if chance.random() < 0.4:
            continue  # killed before it was saved
        taken += [post.id.partition("/")[2] for post in batch.posts]
        cursor, more = batch.cursor, batch.more
    with Http(allow_private=["127.0.0.1"]) as door:
        taken += [post.id.partition("/")[2] for post in read_all(settings, door, cursor)[0]]
    assert len(taken) == len(set(taken))
    assert set(taken) == set(said)


def test_what_authors_do_is_followed(synapse: Synapse, http: Http) -> None:
    room = synapse.room()
    one, two = synapse.alice.say(room, "Is the cake good?"), synapse.troll.say(room, "idiots")
    three = synapse.troll.say(room, "first words")
    synapse.troll.edit(room, three, "newest words")
    posts, _, cursor = read_all(synapse.settings(room), http)
    assert [(post.text, post.edited) for post in posts] == [
        ("Is the cake good?", False), ("idiots", False), ("newest words", True)
    ]  # fmt: skip
    assert posts[0].author is not None
    assert (posts[0].author.id, posts[0].author.name) == (synapse.alice.id, synapse.alice.name)
    synapse.alice.edit(room, one, "Is the cake very good?")
    synapse.troll.edit(room, one, "a forgery")  # nobody may change the words of another
    synapse.troll.redact(room, two)
    posts, gone, cursor = read_all(synapse.settings(room), http, cursor)
    assert [(post.id, post.text, post.edited) for post in posts] == [(f"{room}/{one}", "Is the cake very good?", True)]
    assert gone == {f"{room}/{two}"}
    assert read_all(synapse.settings(room), http, cursor)[:2] == ([], set())


def test_answers_and_threads(synapse: Synapse, http: Http) -> None:
    room = synapse.room()
    ghost = "$QhHzWdVzW1Ptl6xWOTbGtBV7BqMSiCTO0yzQz_a3Bos"  # what it answers comes later, or never
    orphan = synapse.alice.say(room, "me, too", **{"m.relates_to": {"m.in_reply_to": {"event_id": ghost}}})
    root = synapse.alice.say(room, "Which cake?")
    quoted = "> <@alice:localhost> Which cake?\n\nApple"
    reply = synapse.troll.say(room, quoted, **{"m.relates_to": {"m.in_reply_to": {"event_id": root}}})
    within = synapse.troll.say(room, "Cheese", **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})
    html = {"format": "org.matrix.custom.html", "formatted_body": "<p>see <a href='https://a.example/x'>this</a></p>"}
    picture = synapse.alice.say(room, "cake.png", msgtype="m.image", url="mxc://localhost/abc")
    linked = synapse.alice.say(room, "see this", **html)
    posts = {post.id.partition("/")[2]: post for post in read_all(synapse.settings(room), http)[0]}
    assert posts[orphan].parent == f"{room}/{ghost}"
    assert (posts[reply].text, posts[reply].parent) == ("Apple", f"{room}/{root}")
    assert (posts[within].parent, posts[within].thread) == (f"{room}/{root}", f"{room}/{root}")
    assert posts[picture].media[0].type == "image"
    assert posts[linked].links == ("https://a.example/x",)


def test_what_happens_is_told_at_once(synapse: Synapse, http: Http) -> None:
    room = synapse.room()
    synapse.alice.say(room, "before")
    assert isinstance(NETWORK, Streaming)
    settings = synapse.settings(room)
    stream: Iterator[Batch] = NETWORK.stream(settings, "", http)
    batch = next(stream)
    while batch.more:
        batch = next(stream)
    event = synapse.alice.say(room, "now")
    seen = next(stream)
    assert [post.text for post in seen.posts] == ["now"]
    assert seen.at is not None
    synapse.mod.redact(room, event)  # taken down while we listen
    assert next(stream).gone == (f"{room}/{event}",)
    del stream  # which closes it
    synapse.alice.say(room, "while we were away")
    assert [post.text for post in read_all(settings, http, seen.cursor)[0]] == ["while we were away"]


def test_an_encrypted_room_is_said(synapse: Synapse, http: Http) -> None:
    room = synapse.room("Back office", encrypted=True)
    batch = NETWORK.fetch(synapse.settings(room), "", http)
    assert [(one.where, "end-to-end encrypted" in one.why) for one in batch.refused] == [("Back office", True)]
    assert NETWORK.fetch(synapse.settings(room), batch.cursor, http).refused == ()


def test_what_members_report(synapse: Synapse, http: Http) -> None:
    room = synapse.room()
    event = synapse.troll.say(room, "idiots")
    cursor = read_all(synapse.settings(room), http)[2]
    synapse.alice.post(f"/rooms/{room}/report/{event}", {"reason": "rude", "score": -100})
    (report,) = NETWORK.fetch(synapse.settings(room), cursor, http).reports
    assert (report.post, report.why) == (f"{room}/{event}", "rude")
    assert report.by is not None
    assert report.by.id == synapse.alice.id


def test_a_reply_is_sent_once(synapse: Synapse, http: Http) -> None:
    room = synapse.room()
    event = synapse.alice.say(room, "When do you open?")
    act = Act("reply", f"{room}/{event}", "outbox-17", "At eight.", f"{room}/{event}")
    assert NETWORK.find(synapse.settings(room), act, http) is None
    done = NETWORK.act(synapse.settings(room), act, http)
    assert NETWORK.act(synapse.settings(room), act, http) == done  # the same event to the server
    assert NETWORK.find(synapse.settings(room), act, http) == done
    post = Act("post", "", "outbox-18", "News")
    assert NETWORK.find(synapse.settings(room), post, http) is None
    sent = NETWORK.act(synapse.settings(room), post, http)
    assert NETWORK.find(synapse.settings(room), post, http) == sent
    edit = Act("edit", done.id, "outbox-19", "At nine.", done.id)
    assert NETWORK.find(synapse.settings(room), edit, http) is None
    assert NETWORK.act(synapse.settings(room), edit, http).id == done.id
    assert NETWORK.find(synapse.settings(room), edit, http) is not None
    read = {one.id: one for one in read_all(synapse.settings(room), http)[0]}
    assert (read[done.id].text, read[done.id].parent) == ("At nine.", f"{room}/{event}")
    assert len(read) == 3


@pytest.mark.parametrize("verb", ["remove", "delete"])
def test_a_redaction_happens_once(synapse: Synapse, http: Http, verb: Verb) -> None:
    room = synapse.room()
    event = synapse.troll.say(room, "idiots")
    act = Act(verb, f"{room}/{event}", "outbox-3", thread=f"{room}/{event}", why="an insult")
    assert NETWORK.find(synapse.settings(room), act, http) is None
    done = NETWORK.act(synapse.settings(room), act, http)
    assert done.state == "removed"
    assert NETWORK.find(synapse.settings(room), act, http) == done
    assert NETWORK.act(synapse.settings(room), act, http) == done
    assert synapse.event(room, event)["content"] == {}
    assert synapse.messages(room) == []


def test_people_are_silenced_and_banned(synapse: Synapse, http: Http) -> None:
    room = synapse.room()
    event = synapse.troll.say(room, "idiots")

    def do(verb: Verb) -> None:
        act = Act(verb, f"{room}/{event}", f"key {verb}", author=synapse.troll.id, why="insults")
        assert NETWORK.find(synapse.settings(room), act, http) is None
        NETWORK.act(synapse.settings(room), act, http)
        assert NETWORK.find(synapse.settings(room), act, http) is not None
        NETWORK.act(synapse.settings(room), act, http)

    do("mute")
    silent = synapse.troll.client.put(f"/rooms/{room}/send/m.room.message/1", json={"msgtype": "m.text", "body": "x"})
    assert silent.status_code == 403
    do("unmute")
    synapse.troll.say(room, "sorry")
    do("ban")
    assert synapse.troll.client.post(f"/join/{room}", json={}).status_code == 403
    do("unban")
    synapse.troll.post(f"/join/{room}", {})
    with pytest.raises(Broken, match="cannot silence"):
        NETWORK.act(synapse.settings(room), Act("mute", f"{room}/{event}", "k", author=synapse.mod.id), http)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (Act("reply", "abc", "key", "text"), "does not name a message"),
        (Act("reply", "{}/$x", "key", "  "), "no words"),
        (Act("ban", "{}/$x", "key"), "not known who"),
        (Act("remove", "!elsewhere:localhost/$x", "key"), "localhost|127.0.0.1"),
        (Act("reply", "{}/$x", "key", "x" * 70_000), "too large"),
    ],
)
def test_what_cannot_be_done_is_said(synapse: Synapse, http: Http, act: Act, says: str) -> None:
    room = synapse.room()
    with pytest.raises(Broken, match=says):
        NETWORK.act(synapse.settings(room), Act(act.verb, act.post.format(room), act.key, act.text), http)


PICTURES = (
    Attached("oven.png", "image/png", png(40, 30), "The new oven"),
    Attached("menu.txt", "text/plain", b"Bread", "What there is"),
)


@pytest.mark.parametrize("verb", ["post", "reply"])
@pytest.mark.parametrize("text", ["Look", ""])
def test_files_go_out_before_the_words(synapse: Synapse, http: Http, verb: Verb, text: str) -> None:
    room = synapse.room()
    asked = synapse.alice.say(room, "show us!")
    settings = synapse.settings(room)
    act = Act(verb, f"{room}/{asked}" if verb == "reply" else "", "key-1", text, room if verb == "post" else "",
              author=synapse.alice.id, media=PICTURES)  # fmt: skip
    assert NETWORK.find(settings, act, http) is None
    done = NETWORK.act(settings, act, http)
    assert NETWORK.act(settings, act, http) == done
    assert NETWORK.find(settings, act, http) == done
    posts = [post for post in read_all(settings, http)[0] if post.author and post.author.id == synapse.mod.id]
    assert [post.text for post in posts] == ["The new oven", "What there is", *([text] if text else [])]
    assert [one.type for post in posts for one in post.media] == ["image", "file"]
    assert posts[-1].id == done.id
    assert {post.parent for post in posts} == {act.post}


def test_a_thumb_is_given_and_taken_back(synapse: Synapse, http: Http) -> None:
    room = synapse.room()
    settings, post = synapse.settings(room), f"{room}/{synapse.alice.say(room, 'hello')}"
    for turn in range(2):
        for verb in ("like", "unlike"):
            act = Act(verb, post, f"key {verb} {turn}")
            assert NETWORK.find(settings, act, http) is None
            NETWORK.act(settings, act, http)
            NETWORK.act(settings, act, http)
            assert NETWORK.find(settings, act, http) is not None


def test_a_direct_chat_is_begun_once(synapse: Synapse, http: Http) -> None:
    room = synapse.room()
    settings, post = synapse.settings(room), f"{room}/{synapse.alice.say(room, 'hello')}"
    first = Act("message", post, "key-1", "In private", author=synapse.alice.id)
    assert NETWORK.find(settings, first, http) is None
    done = NETWORK.act(settings, first, http)
    assert NETWORK.find(settings, first, http) == done
    again = NETWORK.act(settings, Act("message", post, "key-2", "And more", author=synapse.alice.id), http)
    assert done.id.partition("/")[0] == again.id.partition("/")[0] != room


def test_rooms_to_post_in(synapse: Synapse, http: Http) -> None:
    assert isinstance(NETWORK, Placing)
    room = synapse.room("Bread")
    synapse.room("Cakes")
    assert [(one.id, one.name) for one in NETWORK.places(synapse.settings(room), http)] == [(room, "Bread")]
