"""Mastodon's API as a server by others has it: read, followed, streamed, answered, moderated, through its faults."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice

import httpx2
import pytest

from hubbub.connectors import Act, Batch, Http, Verb, connector
from hubbub.core.failures import Broken, Failure, Retry
from hubbub.core.post import Post
from tests.connectors.conftest import Asked, Reply, Server

from .mastodon_peer import Mastodon

pytestmark = pytest.mark.peer

NETWORK = connector("mastodon")


def read(settings: dict[str, str], http: Http, cursor: str = "") -> tuple[list[Post], list[str], str]:
    """All that is new: posts, what is gone, where to go on."""
    posts: list[Post] = []
    gone: list[str] = []
    while True:
        batch = NETWORK.fetch(settings, cursor, http)
        posts += batch.posts
        gone += batch.gone
        cursor = batch.cursor
        if not batch.more:
            return posts, gone, cursor


def keyless(mastodon: Mastodon, read: str, what: str = "") -> dict[str, str]:
    return {"site": mastodon.address, "read": read, "what": what}


def test_a_check_says_who_we_are(mastodon: Mastodon, http: Http) -> None:
    mastodon.say("alice", "Hello @acme")
    found = NETWORK.check(mastodon.settings(), http)
    assert "Signed in as @acme@127.0.0.1" in found.says
    assert found.account == mastodon.person("acme")
    assert found.length == 500
    assert "reply" in found.can
    assert "ban" not in found.can
    assert [post.text for post in found.sample] == ["Hello @acme"]
    assert "ban" in NETWORK.check(mastodon.settings("mod", "reports"), http).can
    with pytest.raises(Broken, match="may not see reports"):
        NETWORK.check(mastodon.settings("alice", "reports"), http)


def test_without_an_account_a_hashtag_is_read(mastodon: Mastodon, http: Http) -> None:
    for number in range(95):
        mastodon.say("alice", f"Number {number} #acme" if number % 2 else f"Number {number}")
    posts, gone, cursor = read(keyless(mastodon, "hashtag", "acme"), http)
    assert sorted(int(post.text.split()[1]) for post in posts) == list(range(1, 95, 2))
    assert gone == []
    mastodon.say("alice", "One more #acme")
    assert [post.text for post in read(keyless(mastodon, "hashtag", "acme"), http, cursor)[0]] == ["One more #acme"]
    assert len(read(keyless(mastodon, "public"), http)[0]) == 96


@pytest.mark.parametrize("kind", ["home", "notifications", "search", "reports"])
def test_what_needs_an_account_says_so(mastodon: Mastodon, http: Http, kind: str) -> None:
    with pytest.raises(Broken, match=r"Sign in") as refused:
        NETWORK.fetch(keyless(mastodon, kind, "acme"), "", http)
    assert refused.value.sign_in


def test_what_is_deleted_between_two_pages_makes_no_gap(mastodon: Mastodon, http: Http) -> None:
    settings = keyless(mastodon, "public")
    numbers = [mastodon.say("alice", f"Number {number}") for number in range(300)]
    first = NETWORK.fetch(settings, "", http)
    assert first.more
    for number in numbers[-60:-20]:
        mastodon.delete("alice", number)
    mastodon.say("troll", "Meanwhile")
    posts, gone, cursor = read(settings, http, first.cursor)
    seen = [post.id for post in (*first.posts, *posts)]
    assert len(seen) == len(set(seen))
    assert set(numbers) <= set(seen)
    assert "Meanwhile" in [post.text for post in posts]
    for _ in range(20):  # the pages of older posts are looked through one by one
        more, also_gone, cursor = read(settings, http, cursor)
        gone += also_gone
        assert more == []
    assert sorted(gone) == sorted(numbers[-60:-20])


def test_a_long_absence_is_caught_up_with(mastodon: Mastodon, http: Http) -> None:
    settings = keyless(mastodon, "public")
    mastodon.say("alice", "First")
    _, _, cursor = read(settings, http)
    numbers = {mastodon.say("alice", f"Number {number}") for number in range(450)}
    posts, _, _ = read(settings, http, cursor)
    assert {post.id for post in posts} == numbers
    assert len(posts) == 450


def test_mentions_with_their_edits_and_deletions(mastodon: Mastodon, http: Http) -> None:
    settings = mastodon.settings()
    ours = mastodon.say("acme", "We are open")
    first = mastodon.say("alice", "@acme <b>when</b>?", in_reply_to_id=ours, language="en", spoiler_text="A question")
    second = mastodon.say("troll", "@acme closes down!")
    mastodon.say("alice", "nothing to do with it")
    posts, _, cursor = read(settings, http)
    assert [(post.id, post.text, post.title, post.type, post.parent) for post in posts] == [
        (first, "@acme <b>when</b>?", "A question", "comment", ours),
        (second, "@acme closes down!", "", "post", ""),
    ]
    author = posts[0].author
    assert author is not None
    assert (author.id, author.handle) == (mastodon.person("alice"), f"alice@{mastodon.address.partition('//')[2]}")
    mastodon.edit("alice", first, "@acme when, please?")
    mastodon.delete("troll", second)
    posts, gone, cursor = read(settings, http, cursor)
    assert [(post.id, post.text, post.edited) for post in posts] == [(first, "@acme when, please?", True)]
    assert gone == [second]
    assert read(settings, http, cursor)[:2] == ([], [])


def test_a_boost_is_a_repost(mastodon: Mastodon, http: Http) -> None:
    said = mastodon.say("acme", "We are open")
    boost = mastodon.ask("acme", "POST", f"/api/v1/statuses/{said}/reblog")["id"]
    posts, _, cursor = read(mastodon.settings(read="home"), http)
    assert [(post.id, post.text, post.repost) for post in posts] == [
        (said, "We are open", False),
        (str(boost), "We are open", True),
    ]
    mastodon.ask("acme", "POST", f"/api/v1/statuses/{said}/unreblog")
    assert read(mastodon.settings(read="home"), http, cursor)[:2] == ([], [boost])


def test_a_search(mastodon: Mastodon, http: Http) -> None:
    mastodon.say("alice", "I like espresso")
    mastodon.say("alice", "I like tea")
    assert [post.text for post in read(mastodon.settings(read="search", what="espresso"), http)[0]] == [
        "I like espresso"
    ]


# --- streams


def stream(settings: dict[str, str], http: Http, cursor: str = "") -> Iterator[Batch]:
    made: Iterator[Batch] = NETWORK.stream(settings, cursor, http)
    return made


def told(batches: Iterator[Batch], many: int) -> list[Batch]:
    """The next ones that bring something."""
    return list(islice((batch for batch in batches if batch.posts or batch.gone), many))


def test_a_stream_begins_with_what_was_missed(mastodon: Mastodon, http: Http) -> None:
    settings = mastodon.settings(read="public")
    mastodon.say("alice", "Before")
    with closing(stream(settings, http)) as batches:
        assert [post.text for post in told(batches, 1)[0].posts] == ["Before"]
        said = mastodon.say("alice", "While")
        (live,) = told(batches, 1)
        assert [post.text for post in live.posts] == ["While"]
        assert live.at is not None
        mastodon.edit("alice", said, "While it lasts")
        assert [(post.id, post.text) for post in told(batches, 1)[0].posts] == [(said, "While it lasts")]
        mastodon.delete("alice", said)
        (last,) = told(batches, 1)
        assert last.gone == [said]
        assert next(iter(batches)).posts == []  # a sign of life where nothing happens
    mastodon.say("alice", "After")
    assert [post.text for post in read(settings, http, last.cursor)[0]] == ["After"]


def test_mentions_as_they_come(mastodon: Mastodon, http: Http) -> None:
    settings = mastodon.settings()
    with closing(stream(settings, http)) as batches:
        next(batches)
        said = mastodon.say("alice", "@acme hello")
        mastodon.say("alice", "not for us")
        (live,) = told(batches, 1)
        assert [post.id for post in live.posts] == [said]
    assert read(settings, http, live.cursor)[:2] == ([], [])


# --- acting


def test_a_reply_stands_where_the_question_stood(mastodon: Mastodon, http: Http) -> None:
    asked = mastodon.say("alice", "@acme when?", visibility="unlisted", spoiler_text="A question")
    act = Act("reply", asked, "key-1", "At nine.")
    assert NETWORK.find(mastodon.settings(), act, http) is None
    done = NETWORK.act(mastodon.settings(), act, http)
    assert NETWORK.act(mastodon.settings(), act, http) == done  # the server knows our key
    assert NETWORK.find(mastodon.settings(), act, http) == done
    (answer,) = mastodon.all_of("acme")
    assert (answer["in_reply_to_id"], answer["visibility"], answer["spoiler_text"]) == (asked, "unlisted", "A question")
    assert "@alice At nine." in str(answer["content"])
    assert done.id == answer["id"]


def test_what_we_say(mastodon: Mastodon, http: Http) -> None:
    settings, alice = mastodon.settings(), mastodon.person("alice")
    post = NETWORK.act(settings, Act("post", "", "key-1", "We are open", title="News"), http)
    NETWORK.act(settings, Act("message", "", "key-2", "In private", author=alice), http)
    NETWORK.act(settings, Act("edit", post.id, "key-3", "We are open now"), http)
    direct, public = mastodon.all_of("acme")
    assert (public["spoiler_text"], public["content"]) == ("News", "<p>We are open now</p>")
    assert (direct["visibility"], "@alice In private" in str(direct["content"])) == ("direct", True)
    for verb in ("message", "post", "edit"):
        texts = {"message": "In private", "post": "We are open now", "edit": "We are open now"}
        act = Act(verb, post.id if verb == "edit" else "", "key", texts[verb], author=alice)
        assert NETWORK.find(settings, act, http) is not None
    delete = Act("delete", post.id, "key-4")
    assert NETWORK.find(settings, delete, http) is None
    for _ in range(2):
        assert NETWORK.act(settings, delete, http).state == "removed"
    assert NETWORK.find(settings, delete, http) is not None
    with pytest.raises(Broken, match="does not take these words"):
        NETWORK.act(settings, Act("post", "", "key-5", "x" * 501), http)


@pytest.mark.parametrize(
    ("who", "verb", "undo"),
    [("acme", "like", "unlike"), ("acme", "mute", "unmute"), ("acme", "block", "unblock"), ("mod", "mute", "unmute"),
     ("mod", "ban", "unban")],
)  # fmt: skip
def test_what_we_do_and_take_back(mastodon: Mastodon, http: Http, who: str, verb: str, undo: str) -> None:
    settings, post = mastodon.settings(who), mastodon.say("troll", "Buy gold")
    for _ in range(2):
        for name in (verb, undo):
            act = Act(name, post, f"key {name}", why="gold")
            assert NETWORK.find(settings, act, http) is None
            NETWORK.act(settings, act, http)
            NETWORK.act(settings, act, http)  # done already is done
            assert NETWORK.find(settings, act, http) is not None
            if who == "mod":
                assert mastodon.stands(mastodon.person("troll"))[verb == "ban"] is (name == verb)


def test_reports_come_and_are_resolved(mastodon: Mastodon, http: Http) -> None:
    settings = mastodon.settings("mod", "reports")
    post = mastodon.say("troll", "Buy gold")
    report = Act("report", post, "key-1", why="It sells gold")
    NETWORK.act(mastodon.settings("alice"), report, http)
    batch = NETWORK.fetch(settings, "", http)
    assert [post.text for post in batch.posts] == ["Buy gold"]
    (told,) = batch.reports
    assert (told.post, told.why, told.open) == (post, "other · It sells gold", True)
    assert told.by is not None
    assert told.by.id == mastodon.person("alice")
    again = NETWORK.fetch(settings, batch.cursor, http)
    assert (list(again.posts), list(again.reports)) == ([], [])
    resolve = Act("resolve", post, "key-2")
    assert NETWORK.find(settings, resolve, http) is None
    NETWORK.act(settings, resolve, http)
    assert NETWORK.find(settings, resolve, http) is not None
    (closed,) = NETWORK.fetch(settings, again.cursor, http).reports
    assert (closed.id, closed.open) == (told.id, False)


# --- its faults


@pytest.mark.parametrize(
    ("fault", "fails"),
    [
        ({"kind": "status", "status": 500, "count": 3}, Retry),
        ({"kind": "status", "status": 503, "count": 3}, Retry),
        ({"kind": "ratelimit"}, Retry),
        ({"kind": "malformed"}, Failure),
        ({"kind": "malformed", "truncate": False}, Broken),
        ({"kind": "status", "status": 401}, Broken),
    ],
    ids=lambda value: f"{value['kind']} {value.get('status', '')}" if isinstance(value, dict) else "",
)
def test_reading_through_faults(mastodon: Mastodon, http: Http, fault: dict, fails: type[Failure]) -> None:
    settings = keyless(mastodon, "public")
    for number in range(60):
        mastodon.say("alice", f"Number {number}")
    mastodon.fault(path="/api/v1/timelines/public", **fault)
    with pytest.raises(fails) as caught:
        read(settings, http)
    if fault["kind"] == "ratelimit":
        assert caught.value.after is not None
        assert caught.value.after.total_seconds() == 300
    mastodon.heal()
    assert len(read(settings, http)[0]) == 60


@pytest.fixture
def relay(mastodon: Mastodon) -> Iterator[Server]:
    """Stands before the server and passes everything on; `lost` says what is answered in place of the next write."""
    server = Server()
    lost: list[Reply] = []
    server.lost = lost

    def pass_on(asked: Asked) -> Reply:
        headers = {name: value for name, value in asked.headers.items() if name not in {"host", "connection"}}
        told = httpx2.request(
            asked.method, mastodon.address + asked.target, headers=headers, content=asked.body, trust_env=False
        )
        if asked.method == "POST" and lost:
            return lost.pop()
        return Reply(told.status_code, {"content-type": told.headers["content-type"]}, told.content)

    server.answers["*"] = pass_on
    yield server
    server.stop()


@pytest.mark.parametrize("verb", ["reply", "message", "post", "ban", "mute", "like"])
@pytest.mark.parametrize(
    "answer",
    [Reply(500), Reply(200, {"content-length": "1000"}, b'{"id": "1'), Reply(502), Reply(200, {}, b"<html>")],
    ids=["500 after doing it", "half an answer", "502 after doing it", "a page of another kind"],
)
def test_done_although_the_answer_was_lost(
    mastodon: Mastodon, relay: Server, http: Http, verb: Verb, answer: Reply
) -> None:
    """Whether it is looked for or simply tried again: it is done once."""
    post = mastodon.say("troll", "Buy gold")
    act = Act(verb, "" if verb == "post" else post, "key-1", "Please do not.", author=mastodon.person("troll"))
    settings = {**mastodon.settings("mod"), "site": relay.url}
    relay.lost.append(answer)
    with pytest.raises(Failure):
        NETWORK.act(settings, act, http)
    assert done(mastodon, verb) == 1
    assert NETWORK.find(settings, act, http) is not None
    NETWORK.act(settings, act, http)
    assert done(mastodon, verb) == 1


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "ratelimit"}], ids=["500", "429"])
@pytest.mark.parametrize("verb", ["reply", "ban"])
def test_not_done_and_tried_again(mastodon: Mastodon, http: Http, fault: dict, verb: Verb) -> None:
    settings, post = mastodon.settings("mod"), mastodon.say("troll", "Buy gold")
    act = Act(verb, post, "key-1", "Please do not.")
    path = "/api/v1/statuses" if verb == "reply" else "/api/v1/admin/accounts/*/action"
    mastodon.fault(path=path, methods=("POST",), **fault)
    with pytest.raises(Retry):
        NETWORK.act(settings, act, http)
    assert NETWORK.find(settings, act, http) is None
    NETWORK.act(settings, act, http)
    assert done(mastodon, verb) == 1


def done(mastodon: Mastodon, verb: str) -> int:
    """How often, as the server holds it."""
    if verb == "like":
        return sum(int(str(post["favourites_count"])) for post in mastodon.all_of("troll"))
    if verb in {"ban", "mute"}:
        return mastodon.stands(mastodon.person("troll"))[verb == "ban"]
    return len(mastodon.all_of("mod"))


def test_a_revoked_token_asks_to_sign_in(mastodon: Mastodon, http: Http) -> None:
    settings = {**mastodon.settings(), "token": "revoked"}
    for call in (
        lambda: NETWORK.fetch(settings, "", http),
        lambda: NETWORK.act(settings, Act("post", "", "key", "Hi"), http),
        lambda: next(stream(settings, http)),
    ):
        with pytest.raises(Broken) as refused:
            call()
        assert refused.value.sign_in
        assert "revoked" not in str(refused.value)
