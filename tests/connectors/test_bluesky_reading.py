"""Reading Bluesky while it lives on: every post once, edits and deletions followed, through crashes at any batch."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from hubbub.connectors import Batch, Http, connector
from hubbub.connectors import _bluesky_place as place
from hubbub.connectors import _bluesky_reading as reading
from hubbub.connectors._bluesky_place import address_of, name_of, overlapping

from .conftest import Asked, Reply, Server
from .working.bluesky import US, account, answer

NETWORK = connector("bluesky")
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
POST = "app.bsky.feed.post"


class Network:
    """An AppView in a few lines: posts, threads, notifications; whose accounts are gone, whom we block."""

    def __init__(self, server: Server) -> None:
        self.settings = account(server)
        self.posts: dict[str, dict[str, Any]] = {}
        self.deaf: set[str] = set()  # posts that nobody was notified of
        self.closed: set[str] = set()  # accounts that are taken down
        self.blocked: set[str] = set()
        self.second = 0
        self.number = 0
        for name in (
            "feed.getPosts", "feed.getPostThread", "feed.getAuthorFeed", "notification.listNotifications",
            "feed.searchPosts", "actor.getProfiles", "actor.getProfile",
        ):  # fmt: skip
            server.answers[f"/xrpc/app.bsky.{name}"] = getattr(self, name.partition(".")[2])

    @property
    def now(self) -> str:
        """The moment in which posts are written."""
        return (START + timedelta(seconds=self.second)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def say(self, did: str, text: str, to: str = "", *, told: bool = True) -> str:
        """A post, or an answer; several may have the same moment."""
        self.number += 1
        uri = f"at://{did}/{POST}/3l{self.number:011}"
        when = self.now
        record: dict[str, object] = {"$type": POST, "text": text, "createdAt": when}
        if to:
            root = self.posts[to]["root"] if to in self.posts else to
            record["reply"] = {"root": {"uri": root, "cid": "c"}, "parent": {"uri": to, "cid": "c"}}
        self.posts[uri] = {"record": record, "root": root if to else uri, "to": to, "when": when, "version": 0}
        if not told:
            self.deaf.add(uri)
        return uri

    def edit(self, uri: str, text: str) -> None:
        post = self.posts[uri]
        post["record"] = {**post["record"], "text": text}
        post["version"] = self.number = self.number + 1

    def view(self, uri: str) -> dict[str, object] | None:
        did = uri.split("/")[2]
        post = self.posts.get(uri)
        if post is None or did in self.closed or did in self.blocked:
            return None
        answers = sum(one["to"] == uri and self.stands(other) for other, one in self.posts.items())
        view = {"uri": uri, "cid": f"bafy{post['version']:08}", "author": {"did": did, "handle": "a.test"}}
        return {**view, "record": post["record"], "indexedAt": post["when"], "replyCount": answers}

    def stands(self, uri: str) -> bool:
        return uri in self.posts and uri.split("/")[2] not in self.closed

    def _page(self, uris: list[str], asked: Asked) -> tuple[list[str], dict[str, str]]:
        query = parse_qs(asked.target.partition("?")[2])
        before, limit = query.get("cursor", ["9"])[0], reading.PAGE
        downwards = sorted(uris, key=lambda uri: (str(self.posts[uri]["when"]), uri), reverse=True)
        page = [uri for uri in downwards if str(self.posts[uri]["when"]) < before][:limit]
        return page, {"cursor": str(self.posts[page[-1]]["when"])} if page else {}

    def listNotifications(self, asked: Asked) -> Reply:
        told = [
            uri
            for uri, post in self.posts.items()
            if uri not in self.deaf and self.view(uri) and not uri.startswith(f"at://{US}/") and post["to"]
        ]
        page, cursor = self._page(told, asked)
        return answer({"notifications": [{"uri": u, "indexedAt": self.posts[u]["when"]} for u in page], **cursor})

    def getAuthorFeed(self, asked: Asked) -> Reply:
        page, cursor = self._page([uri for uri in self.posts if uri.startswith(f"at://{US}/")], asked)
        return answer({"feed": [{"post": self.view(uri)} for uri in page], **cursor})

    def searchPosts(self, asked: Asked) -> Reply:
        query = parse_qs(asked.target.partition("?")[2])
        offset = int(query.get("cursor", ["0"])[0])
        downwards = sorted(self.posts, key=lambda uri: (str(self.posts[uri]["when"]), uri), reverse=True)
        page = downwards[offset : offset + reading.PAGE]
        more = {"cursor": str(offset + len(page))} if page else {}
        return answer({"posts": [view for uri in page if (view := self.view(uri))], **more})

    def getPosts(self, asked: Asked) -> Reply:
        wanted = parse_qs(asked.target.partition("?")[2])["uris"]
        assert len(wanted) <= 25
        return answer({"posts": [view for uri in wanted if (view := self.view(uri))]})

    def getPostThread(self, asked: Asked) -> Reply:
        query = parse_qs(asked.target.partition("?")[2])
        uri = query["uri"][0]
        if self.view(uri) is None:
            return Reply(400, {}, b'{"error": "NotFound", "message": "Post not found"}')
        return answer({"thread": self._node(uri, int(query["depth"][0]))})

    def _node(self, uri: str, depth: int) -> dict[str, object]:
        view = self.view(uri)
        if view is None:
            return {"uri": uri, "blocked": True, "author": {"did": uri.split("/")[2]}}
        below = [other for other, one in self.posts.items() if one["to"] == uri and self.stands(other)]
        return {"post": view} | ({"replies": [self._node(other, depth - 1) for other in below]} if depth else {})

    def getProfiles(self, asked: Asked) -> Reply:
        dids = [did for did in parse_qs(asked.target.partition("?")[2])["actors"] if did not in self.closed]
        return answer({"profiles": [self._profile(did) for did in dids]})

    def getProfile(self, asked: Asked) -> Reply:
        did = parse_qs(asked.target.partition("?")[2])["actor"][0]
        if did in self.closed:
            return Reply(400, {}, json.dumps({"error": "AccountTakedown", "message": "Account suspended"}).encode())
        return answer(self._profile(did))

    def _profile(self, did: str) -> dict[str, object]:
        return {"did": did, "handle": "a.test", "viewer": {"blocking": "at://x/y/z" if did in self.blocked else ""}}


class Reader:
    """Takes batches in as the engine does: the newest text of each post, none of what is gone."""

    def __init__(self, network: Network, http: Http, **settings: str) -> None:
        self._settings = {**network.settings, **settings}
        self._http = http
        self.cursor = ""
        self.texts: dict[str, str] = {}
        self.repeats = 0

    def fetch(self) -> Batch:
        batch = NETWORK.fetch(self._settings, self.cursor, self._http)
        self.cursor = batch.cursor
        self.repeats += sum(self.texts.get(post.id) == post.text for post in batch.posts)
        self.texts |= {post.id: post.text for post in batch.posts}
        for uri in batch.gone:
            self.texts.pop(uri, None)
        return batch

    def read(self) -> None:
        while self.fetch().more:
            pass


@pytest.fixture
def network(server: Server) -> Network:
    return Network(server)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pages and batches, so that few posts show what many would."""
    for name, value in {"PAGE": 7, "FULL": 6, "MOST": 9, "LOOKED_AT": 40, "NEWEST": 20, "DEEP": 2}.items():
        monkeypatch.setattr(reading, name, value)
    monkeypatch.setattr(place, "RECENT", 12)
    monkeypatch.setattr(place, "ENOUGH", 5)
    monkeypatch.setattr(place, "SEAM", 2)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_all_that_stands_is_here(network: Network, http: Http, seed: int) -> None:
    chance = random.Random(seed)
    ours = [network.say(US, f"ours {number}") for number in range(3)]
    mine = set(ours)  # what belongs to a thread of ours
    reader = Reader(network, http)
    for turn in range(40):
        crowd = sum(post["when"] == network.now for post in network.posts.values())
        network.second += chance.choice([0, 0, 1]) if crowd < 4 else 1  # fewer than a page of one and the same moment
        parent = chance.choice(sorted(mine & set(network.posts)) or ours)
        match chance.choice(["say", "say", "say", "edit", "delete", "read", "fetch", "close"]):
            case "say" if parent in network.posts:
                who = chance.choice([US, "did:plc:ann", "did:plc:bob", "did:web:carl.test"])
                told = chance.random() < 0.6
                mine |= {
                    network.say(who, f"{turn}.{number}", parent, told=told) for number in range(chance.choice([1, 3]))
                }
            case "edit":
                network.edit(parent, f"edited {turn}")
            case "delete" if len(network.posts) > 5:
                del network.posts[parent]
            case "fetch":
                reader.fetch()
            case "close" if chance.random() < 0.1:
                network.closed.add("did:plc:bob")
            case _:
                reader.read()
    for _ in range(12):  # older ones are looked at in turn
        network.second += 1
        reader.read()
    stands = {uri: post["record"]["text"] for uri, post in network.posts.items() if network.stands(uri)}
    reachable = {uri for uri in stands if reached(network, uri)}
    assert {uri: reader.texts.get(uri) for uri in reachable} == {uri: stands[uri] for uri in reachable}
    assert set(reader.texts) <= set(stands)


def reached(network: Network, uri: str) -> bool:
    """Whether anything leads to the post: a notification, or a thread of ours without a gap."""
    if uri not in network.deaf or uri.startswith(f"at://{US}/"):
        return True
    parent = str(network.posts[uri]["to"])
    return network.stands(parent) and reached(network, parent)


@pytest.mark.usefixtures("small")
def test_nothing_is_read_twice_where_nothing_happens(network: Network, http: Http) -> None:
    ours = network.say(US, "ours")
    for number in range(60):
        network.second += number % 4 == 0
        network.say("did:plc:ann", f"answer {number}", ours)
    reader = Reader(network, http)
    reader.read()
    assert len(reader.texts) == 61
    assert reader.repeats == 0
    before = reader.texts.copy()
    for _ in range(5):
        assert not reader.fetch().more
    assert (reader.texts, reader.repeats) == (before, 0)


@pytest.mark.usefixtures("small")
def test_a_search_by_offset_misses_nothing_though_posts_go_meanwhile(network: Network, http: Http) -> None:
    uris = []
    for number in range(80):
        network.second += 1
        uris.append(network.say("did:plc:ann", f"bakery {number}"))
    reader = Reader(network, http, read="search", what="bakery")
    while reader.fetch().more:
        for uri in (uris.pop(), uris.pop()):  # the newest; what stands below moves up
            del network.posts[uri]
    assert set(uris) <= set(reader.texts)


def test_a_block_hides_and_deletes_nothing(network: Network, http: Http) -> None:
    ours = network.say(US, "ours")
    theirs = network.say("did:plc:ann", "rude", ours)
    reader = Reader(network, http)
    reader.read()
    network.blocked.add("did:plc:ann")
    assert reader.fetch().gone == ()
    network.blocked.clear()
    network.edit(theirs, "rude, edited")
    reader.read()
    assert reader.texts[theirs] == "rude, edited"


def test_an_answer_to_what_is_not_there_comes_without_its_parent(network: Network, http: Http) -> None:
    missing = f"at://did:plc:gone/{POST}/3l0"
    answer_ = network.say("did:plc:ann", "I agree", missing)
    batch = NETWORK.fetch(network.settings, "", http)
    assert [(post.id, post.parent, post.thread) for post in batch.posts] == [(answer_, missing, missing)]


def test_a_post_in_an_unknown_form_keeps_no_others_out(network: Network, http: Http) -> None:
    network.say(US, "good")
    odd = network.say(US, "odd")
    network.posts[odd]["record"] = {"text": 7}
    batch = NETWORK.fetch(network.settings, "", http)
    assert [post.text for post in batch.posts] == ["good"]
    assert "form that Hubbub does not know" in batch.refused[0].why


def test_other_settings_read_anew(network: Network, http: Http) -> None:
    network.say(US, "one")
    first = NETWORK.fetch(network.settings, "", http)
    other = NETWORK.fetch({**network.settings, "read": "search", "what": "one"}, first.cursor, http)
    assert [post.text for post in other.posts] == ["one"]


@pytest.mark.parametrize(
    ("page", "moved"),
    [
        ("2026-11-22T12:00:00.000Z", "2026-11-22T12:00:00.001Z"),
        ("1795390759055::bafyabc", "1795390759055::bafyabc"),
        ("100", "75"),
        ("10", "0"),
        ("opaque", "opaque"),
    ],
)
def test_pages_overlap_where_their_marks_are_not_exact(page: str, moved: str) -> None:
    assert overlapping(page) == moved


@pytest.mark.parametrize("did", ["did:plc:z72i7hdynmk6r22z27h6tvur", "did:web:acme.example"])
def test_short_names_lead_back(did: str) -> None:
    uri = f"at://{did}/{POST}/3l0"
    assert address_of(name_of(uri)) == uri
