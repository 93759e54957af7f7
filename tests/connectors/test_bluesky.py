"""The Bluesky and Ozone connectors on recorded answers of the AT Protocol's own servers."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hubbub.connectors import Act, Batch, Done, Found, Http
from hubbub.core.failures import Broken
from hubbub.core.post import Author, PostState

from .bluesky_steps import BLUESKY, OZONE, TEXT, play
from .conftest import Asked, Reply, Server
from .working.bluesky import US, account, answer

RECORDED = json.loads((Path(__file__).parent.parent / "recorded" / "bluesky" / "answers.json").read_text())
CAST: Mapping[str, str] = RECORDED["cast"]
SECRET = "abcd-efgh-ijkl"
OURS_ANEW = {"createdAt", "password", "identifier"}  # what differs each time


def replaying(server: Server, step: str) -> list[Mapping[str, object]]:
    """Let the server answer as the network did in this step; what it was not asked then fails. What is left to ask."""
    left = list(RECORDED["steps"][step])

    def reply(asked: Asked) -> Reply:
        heard = left.pop(0)
        split = urlsplit(asked.target)
        assert (asked.method, split.path) == (heard["method"], heard["path"])
        assert parse_qs(split.query) == heard["params"]
        assert known(json.loads(asked.body) if asked.body else None) == known(heard["sent"])
        body = "" if heard["body"] is None else json.dumps(heard["body"]).replace("http://pds.test", server.url)
        return Reply(heard["status"], {"content-type": "application/json"}, body.encode())

    server.answers["*"] = reply
    return left


def known(given: Any) -> Any:
    """What was sent, without what differs each time."""
    if isinstance(given, dict):
        return {name: known(value) for name, value in given.items() if name not in OURS_ANEW}
    return [known(one) for one in given] if isinstance(given, list) else given


def played(server: Server, http: Http, step: str) -> Any:
    left = replaying(server, step)
    settings = {"handle": "us.test", "password": SECRET, "service": server.url}
    result = play(step, settings, http, CAST)
    assert left == []
    assert SECRET not in str(result)
    return result


def web(uri: str) -> str:
    did, _, rkey = uri.removeprefix("at://").split("/")
    return f"https://bsky.app/profile/{did}/post/{rkey}"


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("like", "visible"), ("unlike", "visible"), ("hide", "hidden"), ("mute", "visible"), ("block", "visible"),
        ("unblock", "visible"), ("take down", "removed"), ("take down again", "removed"),
        ("reverse the takedown", "visible"), ("label", "visible"), ("acknowledge", "visible"),
    ],
)  # fmt: skip
def test_acting(server: Server, http: Http, step: str, state: PostState) -> None:
    assert played(server, http, step) == Done(CAST["theirs"], web(CAST["theirs"]), state)


def test_a_reply_has_a_key_that_is_found_again(server: Server, http: Http) -> None:
    assert played(server, http, "look for the answer") is None
    done = played(server, http, "answer")
    assert played(server, http, "look for the answer again") == done
    (record,) = [heard["sent"] for heard in RECORDED["steps"]["answer"] if "createRecord" in heard["path"]]
    assert done.id == f"at://{CAST['us']}/app.bsky.feed.post/{record['rkey']}"
    assert record["record"]["text"] == TEXT
    assert record["record"]["reply"]["root"]["uri"] == CAST["ours"]
    assert record["record"]["reply"]["parent"]["uri"] == CAST["theirs"]


@pytest.mark.parametrize(
    ("step", "says", "sign_in"),
    [
        ("check with a wrong password", "does not accept the handle and the app password", True),
        ("like nothing", "no longer there", False),
        ("delete another's", "Only what this account wrote itself", False),
        ("take down without being in the team", "not in the labeler's team", False),
    ],
)
def test_refusals(server: Server, http: Http, step: str, says: str, sign_in: bool) -> None:
    failure = played(server, http, step)
    assert isinstance(failure, Broken)
    assert says in str(failure)
    assert failure.sign_in is sign_in


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("check", "What people say to @"),
        ("check a search", "1 posts or more with “bakery”"),
        ("check an account", f"@{CAST['ann handle']}: 3 posts."),
    ],
)
def test_check(server: Server, http: Http, step: str, says: str) -> None:
    found = played(server, http, step)
    assert isinstance(found, Found)
    assert says in found.says
    assert (found.account, found.who, found.can) == (CAST["us"], f"@{CAST['us handle']}", BLUESKY.can)
    assert 1 <= len(found.sample) <= 5


def test_check_ozone(server: Server, http: Http) -> None:
    found = played(server, http, "check Ozone")
    assert "Signed in as moderator, who can label, take down and acknowledge." in found.says
    assert (found.account, found.can) == (CAST["mod"], OZONE.can)


def test_fetch(server: Server, http: Http) -> None:
    batch = played(server, http, "fetch")
    assert isinstance(batch, Batch)
    found = {post.id: post for post in batch.posts}
    theirs = found[CAST["theirs"]]
    assert theirs.text == "Where? Do you sell rye?"
    assert (theirs.parent, theirs.thread, theirs.type) == (CAST["ours"], CAST["ours"], "comment")
    assert (theirs.url, theirs.state, theirs.edited) == (web(CAST["theirs"]), "visible", False)
    author = theirs.author
    assert author == Author(
        CAST["ann"],
        CAST["ann handle"],
        "Ann Baker",
        f"https://bsky.app/profile/{CAST['ann']}",
        author.created if author else None,
    )
    assert theirs.published is not None
    assert theirs.published < datetime.now(UTC)
    ours = found[CAST["ours"]]
    assert (ours.replies, ours.parent, ours.thread, ours.type) == (3, "", CAST["ours"], "post")
    (named,) = [post for post in batch.posts if "has the best bread" in post.text]
    assert (named.lang, named.links) == ("en", ("https://acme.example/menu",))
    assert {CAST["gone"], CAST["banned"]} <= set(found)
    assert (batch.gone, batch.more) == ((), False)


def test_edits_deletions_and_takedowns_are_followed(server: Server, http: Http) -> None:
    batch = played(server, http, "follow")
    late = next(post for post in batch.posts if post.text == "I saw that")
    edited = next(post for post in batch.posts if post.id == CAST["theirs"])
    assert set(batch.posts) == {late, edited}
    assert (edited.text, edited.edited) == ("Where? Do you sell rye or wheat?", True)
    assert late.parent == CAST["theirs"]
    assert set(batch.gone) == {CAST["gone"], CAST["banned"]}
    assert batch.gone_authors == (CAST["bob"],)


def test_reports_and_decisions(server: Server, http: Http) -> None:
    batch = played(server, http, "fetch reports")
    post = next(post for post in batch.posts if post.id == CAST["theirs"])
    assert (post.text, post.state) == ("Where? Do you sell rye or wheat?", "visible")
    account = next(post for post in batch.posts if post.id == CAST["bob"])
    assert (account.state, account.title[:12]) == ("removed", "Account @bob")
    (report,) = batch.reports
    assert (report.post, report.why, report.open) == (CAST["theirs"], "spam: Sells gold", True)
    batch = played(server, http, "follow decisions")
    (report,) = batch.reports
    assert (report.post, report.why) == (CAST["banned"], "rude: Rude")
    assert [(post.id, post.state) for post in batch.posts] == [(CAST["banned"], "removed")]


# --- direct messages, after the public lexicons: the network's own servers for development have none

TALK = "/xrpc/chat.bsky.convo"


def talking(server: Server, *, said: tuple[dict[str, object], ...] = ()) -> dict[str, str]:
    """A network where we have a talk with Ann in which that much was said."""
    server.answers[f"{TALK}.getConvoForMembers"] = answer({"convo": {"id": "c1"}})
    server.answers[f"{TALK}.getMessages"] = answer({"messages": list(said)})
    server.answers[f"{TALK}.sendMessage"] = answer({"id": "m1", "text": "Hi", "sender": {"did": US}})
    return account(server)


def to_ann(text: str = "Hi, see https://acme.example", **more: Any) -> Act:
    return Act("message", "at://did:plc:ann/app.bsky.feed.post/1", "k", text, author="did:plc:ann", **more)


def test_a_direct_message_goes_to_the_author_alone(server: Server, http: Http) -> None:
    settings = talking(server)
    assert BLUESKY.act(settings, to_ann(), http).id == "chat:c1/m1"
    begun, sent = (asked for asked in server.asked if TALK in asked.target)
    assert begun.target.endswith("members=did%3Aplc%3Aann")
    assert begun.headers["atproto-proxy"] == sent.headers["atproto-proxy"] == "did:web:api.bsky.chat#bsky_chat"
    body = json.loads(sent.body)
    assert (body["convoId"], body["message"]["text"]) == ("c1", "Hi, see https://acme.example")
    assert body["message"]["facets"][0]["index"] == {"byteStart": 8, "byteEnd": 28}


@pytest.mark.parametrize(
    ("who", "at", "found"),
    [(US, "2026-11-22T12:00:00Z", True), ("did:plc:ann", "2026-11-22T12:00:00Z", False),
     (US, "2026-11-01T12:00:00Z", False)],
)  # fmt: skip
def test_a_message_that_arrived_is_known_by_its_words(
    server: Server, http: Http, who: str, at: str, found: bool
) -> None:
    settings = talking(server, said=({"id": "m0", "text": "Hi", "sender": {"did": who}, "sentAt": at},))
    since = datetime(2026, 11, 22, 11, 55, tzinfo=UTC)
    assert (BLUESKY.find(settings, to_ann("Hi", since=since), http) is not None) is found


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ({"error": "InvalidToken", "message": "Bad token method"}, "Allow access to your direct messages"),
        (
            {"error": "MessagesDisabled", "message": "recipient has disabled incoming messages"},
            "takes no direct messages",
        ),
    ],
)
def test_messages_that_are_not_allowed(server: Server, http: Http, error: dict[str, str], says: str) -> None:
    settings = talking(server)
    server.answers[f"{TALK}.getConvoForMembers"] = Reply(400, {}, json.dumps(error).encode())
    for ask in (BLUESKY.act, BLUESKY.find):
        with pytest.raises(Broken, match=says) as caught:
            ask(settings, to_ann(), http)
        assert not caught.value.sign_in  # everything else that the account does goes on


def test_a_message_that_is_too_long(server: Server, http: Http) -> None:
    with pytest.raises(Broken, match="1,000 characters"):
        BLUESKY.act(talking(server), to_ann("x" * 1001), http)
