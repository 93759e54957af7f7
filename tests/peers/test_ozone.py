"""The Ozone connector on a real Ozone: reports with their posts, decisions once each, and what others decide there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hubbub.connectors import Act, Batch, Http, Report, Verb, connector
from hubbub.core.failures import Broken
from hubbub.core.post import Post

from .atproto_peer import AtProto, Person, Ref, strong

pytestmark = pytest.mark.peer

NETWORK, PUBLIC = connector("ozone"), connector("bluesky")


@pytest.fixture
def mod(atproto: AtProto) -> Person:
    """In the team, and signed in after it was made a moderator."""
    person = atproto.person("mod")
    atproto.make_moderator(person)
    atproto.flush()
    return person


def settings(atproto: AtProto, person: Person) -> dict[str, str]:
    return {**person.settings, "labeler": atproto.labeler}


class Seen:
    """What came in, about what this test is about; the log is shared with other tests."""

    def __init__(self, *subjects: str) -> None:
        self.subjects = set(subjects)
        self.posts: list[Post] = []
        self.reports: list[Report] = []
        self.gone: list[str] = []

    def read(self, atproto: AtProto, mod: Person, http: Http, cursor: str = "") -> str:
        """Fetch until there is no more; the cursor."""
        batch: Batch | None = None
        self.posts, self.reports, self.gone = [], [], []
        while batch is None or batch.more:
            batch = NETWORK.fetch(settings(atproto, mod), cursor, http)
            self.posts += [post for post in batch.posts if post.id in self.subjects]
            self.reports += [report for report in batch.reports if report.post in self.subjects]
            self.gone += [one for one in batch.gone if one in self.subjects]
            cursor = batch.cursor
        return cursor


def test_reports_come_with_what_they_are_about(atproto: AtProto, mod: Person, http: Http) -> None:
    ann, bob = atproto.person("ann"), atproto.person("bob")
    ann.put(
        "app.bsky.actor.profile",
        {"$type": "app.bsky.actor.profile", "displayName": "Gold", "description": "Buy"},
        "self",
    )
    spam = ann.say("Buy gold")
    atproto.flush()
    first = bob.report(strong(spam), "Sells gold")
    second = bob.report({"$type": "com.atproto.admin.defs#repoRef", "did": ann.did}, "The whole account", "reasonOther")
    seen = Seen(spam.uri, ann.did)
    cursor = seen.read(atproto, mod, http)
    post, account = seen.posts
    assert (post.id, post.text, post.state) == (spam.uri, "Buy gold", "visible")
    assert post.author is not None
    assert (post.author.id, post.author.handle, post.author.name) == (ann.did, ann.handle, "Gold")
    assert (account.id, account.title, account.text) == (ann.did, f"Account @{ann.handle}", "Gold\nBuy")
    one, two = seen.reports
    assert (one.id, one.post, one.why, one.open) == (str(first), spam.uri, "spam: Sells gold", True)
    assert (two.id, two.post, two.why) == (str(second), ann.did, "other: The whole account")
    assert one.by is not None
    assert (one.by.id, one.by.handle) == (bob.did, bob.handle)
    assert one.at is not None
    assert one.at.utcoffset() == timedelta()
    cursor = seen.read(atproto, mod, http, cursor)
    assert (seen.posts, seen.reports) == ([], [])
    act = Act("resolve", spam.uri, "key resolve")
    NETWORK.act(settings(atproto, mod), act, http)
    cursor = seen.read(atproto, mod, http, cursor)
    assert [(report.id, report.open) for report in seen.reports] == [(str(first), False)]
    ann.delete(spam)
    atproto.flush()
    seen.read(atproto, mod, http, cursor)
    assert seen.gone == [spam.uri]


def events(atproto: AtProto, mod: Person, subject: str) -> list[str]:
    """What the log says, without reports and Ozone's own tags."""
    kinds = [event["event"]["$type"].rpartition("#modEvent")[2] for event in atproto.events(mod, subject)]
    return [kind for kind in kinds if kind not in {"Report", "Tag"}]


@pytest.mark.parametrize(
    ("verbs", "log"),
    [
        (["remove", "remove"], ["Takedown"]),
        (["remove", "restore", "restore"], ["Takedown", "ReverseTakedown"]),
        (["label", "label"], ["Label"]),
        (["label", "unlabel", "unlabel"], ["Label", "Label"]),
        (["resolve", "resolve"], ["Acknowledge"]),
        (["ban", "ban"], ["Takedown"]),
        (["ban", "unban"], ["Takedown", "ReverseTakedown"]),
    ],
)
def test_a_decision_stands_once(atproto: AtProto, mod: Person, http: Http, verbs: list[Verb], log: list[str]) -> None:
    """A second try with the same key is found; one that nobody looked for changes nothing."""
    ann = atproto.person("ann")
    spam = ann.say("Buy gold")
    atproto.flush()
    for verb in verbs:
        act = Act(verb, spam.uri, f"key {verb} {spam.uri}", label="spam", why="Gold", author=ann.did)
        done = NETWORK.act(settings(atproto, mod), act, http)
        assert NETWORK.find(settings(atproto, mod), act, http) is not None
        assert done.id == spam.uri
    about = ann.did if "ban" in verbs else spam.uri
    assert events(atproto, mod, about) == log
    assert NETWORK.find(settings(atproto, mod), Act(verbs[0], spam.uri, "another", author=ann.did), http) is None


def shown(atproto: AtProto, to: Person, post: Ref) -> dict[str, Any] | None:
    """The post as the public sees it."""
    atproto.flush()
    posts: list[dict[str, Any]] = to.look("app.bsky.feed.getPosts", uris=[post.uri])["posts"]
    return posts[0] if posts else None


def test_decisions_reach_the_public(atproto: AtProto, mod: Person, http: Http) -> None:
    ann, bob = atproto.person("ann"), atproto.person("bob")
    post = ann.say("Buy gold")
    bob.report(strong(post), "gold")
    seen = Seen(post.uri)
    cursor = seen.read(atproto, mod, http)

    def do(verb: Verb, until: datetime | None = None) -> None:
        act = Act(verb, post.uri, f"{verb} {post.uri}", author=ann.did, label="spam", until=until)
        NETWORK.act(settings(atproto, mod), act, http)

    do("remove")
    assert shown(atproto, bob, post) is None
    cursor = seen.read(atproto, mod, http, cursor)
    assert [(one.text, one.state) for one in seen.posts] == [("Buy gold", "removed")]
    assert [report.open for report in seen.reports] == [False]
    do("restore")
    assert shown(atproto, bob, post) is not None
    cursor = seen.read(atproto, mod, http, cursor)
    assert [one.state for one in seen.posts] == ["visible"]
    do("label")
    labelled = PUBLIC.fetch({**bob.settings, "read": "account", "what": ann.handle}, "", http)
    assert [one.id for one in labelled.posts] == [post.uri]
    view = shown(atproto, bob, post)
    assert view is not None
    assert [(label["val"], label["src"]) for label in view["labels"]] == [("spam", atproto.labeler)]
    do("ban", datetime.now(UTC) + timedelta(hours=30))
    (event,) = [one for one in atproto.events(mod, ann.did) if "Takedown" in one["event"]["$type"]]
    assert event["event"]["durationInHours"] == 30
    assert shown(atproto, bob, post) is None
    do("unban")
    assert shown(atproto, bob, post) is not None


def test_who_is_not_in_the_team_is_told(atproto: AtProto, mod: Person, http: Http) -> None:
    found = NETWORK.check(settings(atproto, mod), http)
    assert "Signed in as moderator" in found.says
    assert (found.account, found.can) == (mod.did, NETWORK.can)
    stranger = atproto.person("stranger")
    post = stranger.say("hello")
    calls = (
        lambda: NETWORK.check(settings(atproto, stranger), http),
        lambda: NETWORK.fetch(settings(atproto, stranger), "", http),
        lambda: NETWORK.act(settings(atproto, stranger), Act("remove", post.uri, "key"), http),
    )
    for call in calls:
        with pytest.raises(Broken, match="team") as caught:
            call()
        assert not caught.value.sign_in
    with pytest.raises(Broken, match="no labeler"):
        NETWORK.fetch({**mod.settings, "labeler": stranger.did}, "", http)
