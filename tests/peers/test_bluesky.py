"""The Bluesky connector on the AT Protocol's own servers: read to the last post, followed, and acted upon."""

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.connectors import Act, Batch, Http, Verb, connector
from hubbub.core.failures import Broken
from hubbub.core.post import Post

from .atproto_peer import AtProto, Person, strong

pytestmark = pytest.mark.peer

NETWORK = connector("bluesky")


def read(person: Person, http: Http, cursor: str = "", **settings: str) -> tuple[list[Post], list[str], str]:
    """Fetch until there is no more: the posts, what is gone, and the cursor."""
    posts: list[Post] = []
    gone: list[str] = []
    while True:
        batch = NETWORK.fetch({**person.settings, **settings}, cursor, http)
        posts += batch.posts
        gone += batch.gone
        cursor = batch.cursor
        if not batch.more:
            return posts, gone, cursor


def by_text(posts: list[Post]) -> dict[str, Post]:
    assert len({post.text for post in posts}) == len(posts), [post.text for post in posts]
    return {post.text: post for post in posts}


@pytest.fixture
def us(atproto: AtProto) -> Person:
    return atproto.person("us")


@pytest.fixture
def ann(atproto: AtProto) -> Person:
    return atproto.person("ann")


def mention(person: Person, of: Person, text: str) -> dict[str, object]:
    """A post that names somebody with a facet, as an app writes it."""
    start = len(text.encode()) + 1
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": of.did}
    index = {"byteStart": start, "byteEnd": start + len(of.handle) + 1}
    return {**person.words(f"{text} @{of.handle}"), "facets": [{"index": index, "features": [feature]}]}


def test_what_people_say_to_us(atproto: AtProto, us: Person, ann: Person, http: Http) -> None:
    other = atproto.person("bob").say("Where is good bread?")
    ours = us.say("We open a second bakery")
    atproto.flush()
    first = ann.say("Where?", ours)
    second = us.say("In Mill Lane", first, ours)
    atproto.flush()
    ann.say("Thank you!", second, ours)
    ann.put("app.bsky.feed.post", {**mention(ann, us, "I like"), "reply": {"root": other, "parent": other}})
    quote = {"$type": "app.bsky.embed.record", "record": ours}
    ann.put("app.bsky.feed.post", {**ann.words("Look at this"), "embed": quote})
    ann.put(
        "app.bsky.feed.like", {"$type": "app.bsky.feed.like", "subject": ours, "createdAt": ann.words("")["createdAt"]}
    )
    ann.say("Nothing to do with you")
    atproto.flush()
    posts, gone, cursor = read(us, http)
    found = by_text(posts)
    assert set(found) == {
        "We open a second bakery", "Where?", "In Mill Lane", "Thank you!", f"I like @{us.handle}",
        "Where is good bread?", "Look at this",
    }  # fmt: skip
    assert gone == []
    where = found["Where?"]
    assert (where.id, where.parent, where.thread, where.type) == (first.uri, ours.uri, ours.uri, "comment")
    assert where.url == f"https://bsky.app/profile/{ann.did}/post/{first.uri.rpartition('/')[2]}"
    assert where.author is not None
    assert (where.author.id, where.author.handle) == (ann.did, ann.handle)
    assert found["Thank you!"].parent == second.uri
    assert (found["We open a second bakery"].likes, found["We open a second bakery"].thread) == (1, ours.uri)
    assert read(us, http, cursor)[:2] == ([], [])


def test_answers_that_nobody_is_told_about_are_found(atproto: AtProto, us: Person, ann: Person, http: Http) -> None:
    """Sent before their parent has arrived everywhere, or deep down a thread of ours, by people who talk on."""
    ours = us.say("Ask us anything")
    parent = ann.say("one", ours)  # nobody has waited
    for number in range(12):
        parent = ann.say(f"deeper {number}", parent, ours)
    atproto.flush()
    posts, _, cursor = read(us, http)
    assert set(by_text(posts)) == {"Ask us anything", "one", *(f"deeper {number}" for number in range(12))}
    bob = atproto.person("bob")
    late = bob.say("I come late", parent, ours)
    atproto.flush()
    posts, _, cursor = read(us, http, cursor)
    assert [(post.text, post.parent) for post in posts] == [("I come late", parent.uri)]
    bob.delete(late)
    atproto.flush()
    assert read(us, http, cursor)[:2] == ([], [late.uri])


def test_an_answer_before_its_parent(atproto: AtProto, us: Person, ann: Person, http: Http) -> None:
    """The parent's author is not there yet where we look; later the parent comes."""
    ours = us.say("What shall we bake?")
    rkey = "3mzzzzzzzzz2a"
    parent_uri = f"at://{ann.did}/app.bsky.feed.post/{rkey}"
    missing = {"uri": parent_uri, "cid": ours["cid"]}
    answer = us.put("app.bsky.feed.post", {**us.words("Rye it is"), "reply": {"root": ours, "parent": missing}})
    atproto.flush()
    posts, _, cursor = read(us, http)
    found = by_text(posts)
    assert found["Rye it is"].parent == parent_uri
    assert found["Rye it is"].thread == ours.uri
    ann.put("app.bsky.feed.post", ann.words("Rye, please", ours), rkey)
    atproto.flush()
    posts, _, cursor = read(us, http, cursor)
    assert [post.id for post in posts] == [parent_uri]
    us.delete(answer)
    atproto.flush()
    assert read(us, http, cursor)[1] == [answer.uri]


def test_edits_deletions_and_takedowns(atproto: AtProto, us: Person, ann: Person, http: Http) -> None:
    ours = us.say("Hello")
    atproto.flush()
    one, two, three = (ann.say(text, ours) for text in ("one", "two", "three"))
    bob = atproto.person("bob")
    four = bob.say("four", ours)
    atproto.flush()
    posts, _, cursor = read(us, http)
    assert set(by_text(posts)) == {"Hello", "one", "two", "three", "four"}
    ann.edit(one, ann.words("one, but better", ours))
    ann.delete(two)
    atproto.flush()
    posts, gone, cursor = read(us, http, cursor)
    assert [(post.id, post.text, post.edited) for post in posts] == [(one.uri, "one, but better", True)]
    assert gone == [two.uri]
    moderator = atproto.person("mod")
    atproto.make_moderator(moderator)
    remove(atproto, moderator, {"$type": "com.atproto.repo.strongRef", **three})
    remove(atproto, moderator, {"$type": "com.atproto.admin.defs#repoRef", "did": bob.did})
    batch = NETWORK.fetch(us.settings, cursor, http)
    assert (batch.posts, set(batch.gone), batch.gone_authors) == ([], {three.uri, four.uri}, (bob.did,))
    assert read(us, http, batch.cursor)[:2] == ([], [])


def remove(atproto: AtProto, moderator: Person, subject: dict[str, str]) -> None:
    """A takedown, as Ozone's own page sends it."""
    event = {"$type": "tools.ozone.moderation.defs#modEventTakedown", "comment": "no"}
    body = {"event": event, "subject": subject, "createdBy": moderator.did}
    moderator.ask("tools.ozone.moderation.emitEvent", body, **{"atproto-proxy": f"{atproto.labeler}#atproto_labeler"})
    atproto.flush()


def test_a_block_is_no_deletion(atproto: AtProto, us: Person, ann: Person, http: Http) -> None:
    ours = us.say("Hello")
    atproto.flush()
    rude = ann.say("You fools", ours)
    atproto.flush()
    _, _, cursor = read(us, http)
    block = Act("block", rude.uri, "key block", author=ann.did)
    unblock = Act("unblock", rude.uri, "key unblock", author=ann.did)
    NETWORK.act(us.settings, block, http)
    NETWORK.act(us.settings, block, http)
    atproto.flush()
    assert NETWORK.find(us.settings, block, http) is not None
    assert read(us, http, cursor)[:2] == ([], [])
    assert len(us.records("app.bsky.graph.block")) == 1
    NETWORK.act(us.settings, unblock, http)
    atproto.flush()
    assert NETWORK.find(us.settings, unblock, http) is not None
    assert us.records("app.bsky.graph.block") == []
    assert read(us, http, cursor)[:2] == ([], [])


def test_every_post_once_though_many_have_the_same_moment(
    atproto: AtProto, us: Person, ann: Person, http: Http
) -> None:
    """Over several pages; some are deleted while we read, others are written."""
    ours = us.say("Tell us")
    atproto.flush()
    at = datetime.now(UTC) - timedelta(hours=1)
    said = [ann.words(f"post {number}", ours, at=at + timedelta(seconds=number // 30)) for number in range(230)]
    refs = ann.say_all(said)
    atproto.flush()
    batch: Batch | None = None
    seen: list[str] = []
    gone: list[str] = []
    while batch is None or batch.more:
        batch = NETWORK.fetch(us.settings, batch.cursor if batch else "", http)
        seen += [post.id for post in batch.posts]
        gone += batch.gone
        if refs:
            ann.delete(refs.pop(100))
            ann.say(f"meanwhile {len(seen)}", ours)
            atproto.flush()
    more, later_gone, _ = read(us, http, batch.cursor)
    seen += [post.id for post in more]
    assert len(seen) == len(set(seen))
    stand = {record["uri"] for record in ann.records()} | {ours.uri}
    assert stand == set(seen) - set(gone) - set(later_gone)


def test_search_and_one_account(atproto: AtProto, us: Person, ann: Person, http: Http) -> None:
    word = f"sourdough{ann.handle.partition('.')[0]}"
    at = datetime.now(UTC) - timedelta(hours=1)
    ann.say_all([ann.words(f"{word} {number}", at=at + timedelta(seconds=number // 20)) for number in range(130)])
    ann.say("another matter")
    atproto.flush()
    posts, _, cursor = read(us, http, read="search", what=word)
    assert sorted(by_text(posts)) == sorted(f"{word} {number}" for number in range(130))
    theirs, _, after = read(us, http, read="account", what=f"@{ann.handle}")
    assert len(by_text(theirs)) == 131
    new = ann.say(f"{word} at last")
    atproto.flush()
    assert [post.id for post in read(us, http, cursor, read="search", what=word)[0]] == [new.uri]
    assert [post.id for post in read(us, http, after, read="account", what=f"@{ann.handle}")[0]] == [new.uri]


def test_a_reply_stands_once(atproto: AtProto, us: Person, ann: Person, http: Http) -> None:
    start = ann.say("Who bakes rye?")
    middle = atproto.person("bob").put(
        "app.bsky.feed.post", {**us.words("I wonder, too", start), "langs": ["de"]}
    )  # fmt: skip
    atproto.flush()
    text = f"Ünser Brot 🥖 → https://acme.example/rye?a=b. @{ann.handle} #Roggenbrot, @no.such.handle.example"
    act = Act("reply", middle.uri, "outbox-17", text, start.uri)
    assert NETWORK.find(us.settings, act, http) is None
    done = NETWORK.act(us.settings, act, http)
    assert NETWORK.find(us.settings, act, http) == done
    assert NETWORK.act(us.settings, act, http) == done
    (record,) = us.records()
    assert record["uri"] == done.id
    value = record["value"]
    assert value["text"] == text
    assert value["reply"] == {"root": start, "parent": middle}
    assert value["langs"] == ["de"]
    marked = [
        (text.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), facet["features"][0])
        for facet in value["facets"]
    ]
    kind = "app.bsky.richtext.facet#"
    assert marked == [
        ("https://acme.example/rye?a=b", {"$type": f"{kind}link", "uri": "https://acme.example/rye?a=b"}),
        (f"@{ann.handle}", {"$type": f"{kind}mention", "did": ann.did}),
        ("#Roggenbrot", {"$type": f"{kind}tag", "tag": "Roggenbrot"}),
    ]
    atproto.flush()
    posts, _, _ = read(us, http)
    ours = next(post for post in posts if post.id == done.id)
    assert ours.links == ("https://acme.example/rye?a=b",)
    assert ours.author is not None
    assert ours.author.id == NETWORK.check(us.settings, http).account == us.did
    NETWORK.act(us.settings, Act("delete", done.id, "key"), http)
    assert us.records() == []
    assert NETWORK.find(us.settings, Act("delete", done.id, "key"), http) is not None


@pytest.mark.parametrize(
    ("verbs", "collection", "stand"),
    [
        (["like", "like"], "app.bsky.feed.like", 1),
        (["like", "unlike", "unlike"], "app.bsky.feed.like", 0),
        (["block", "block"], "app.bsky.graph.block", 1),
        (["hide", "hide", "lock"], "app.bsky.feed.threadgate", 1),
    ],
)
def test_effects_stand_once(
    atproto: AtProto, us: Person, ann: Person, http: Http, verbs: list[Verb], collection: str, stand: int
) -> None:
    ours = us.say("Hello")
    theirs = ann.say("Hello!", ours)
    atproto.flush()
    for verb in verbs:
        act = Act(verb, theirs.uri, f"key {verb}", author=ann.did, thread=ours.uri)
        NETWORK.act(us.settings, act, http)
        atproto.flush()
        assert NETWORK.find(us.settings, act, http) is not None
    assert len(us.records(collection)) == stand


def test_a_thread_of_ours(atproto: AtProto, us: Person, ann: Person, http: Http) -> None:
    ours = us.say("Hello")
    theirs = ann.say("Buy gold", ours)
    atproto.flush()

    def gate() -> dict[str, object]:
        (record,) = us.records("app.bsky.feed.threadgate")
        return {name: record["value"].get(name) for name in ("allow", "hiddenReplies")}

    steps: list[tuple[Verb, dict[str, object]]] = [
        ("hide", {"allow": None, "hiddenReplies": [theirs.uri]}),
        ("lock", {"allow": [], "hiddenReplies": [theirs.uri]}),
        ("restore", {"allow": [], "hiddenReplies": []}),
        ("unlock", {"allow": None, "hiddenReplies": []}),
    ]
    for verb, stands in steps:
        done = NETWORK.act(us.settings, Act(verb, theirs.uri, f"key {verb}", thread=ours.uri), http)
        assert gate() == stands
        assert done.state == ("hidden" if verb == "hide" else "visible")
    start = ann.say("My own thread")
    atproto.flush()
    with pytest.raises(Broken, match="this account began"):
        NETWORK.act(us.settings, Act("hide", start.uri, "key", thread=start.uri), http)
    ann.put(
        "app.bsky.feed.threadgate",
        {"$type": "app.bsky.feed.threadgate", "post": start.uri, "allow": [], "createdAt": ann.words("")["createdAt"]},
        start.uri.rpartition("/")[2],
    )
    atproto.flush()
    with pytest.raises(Broken, match="lets only some people answer"):
        NETWORK.act(us.settings, Act("reply", start.uri, "key", "May I?"), http)


def test_muting_and_reporting(atproto: AtProto, us: Person, ann: Person, http: Http) -> None:
    spam = ann.say("Buy gold")
    atproto.flush()
    steps: list[tuple[Verb, bool]] = [("mute", True), ("unmute", False)]
    for verb, muted in steps:
        act = Act(verb, spam.uri, "key", author=ann.did)
        NETWORK.act(us.settings, act, http)
        assert NETWORK.find(us.settings, act, http) is not None
        assert us.look("app.bsky.actor.getProfile", actor=ann.did)["viewer"]["muted"] is muted
    moderator = atproto.person("mod")
    atproto.make_moderator(moderator)
    act = Act("report", spam.uri, "key", why="Sells gold", label="spam")
    NETWORK.act({**us.settings, "labeler": atproto.labeler}, act, http)
    (event,) = [one for one in atproto.events(moderator, spam.uri) if "Report" in one["event"]["$type"]]
    assert event["event"]["reportType"] == "com.atproto.moderation.defs#reasonSpam"
    assert (event["event"]["comment"], event["createdBy"]) == ("Sells gold", us.did)
    assert strong(spam) == event["subject"]


def test_a_revoked_password_and_a_new_handle(atproto: AtProto, us: Person, http: Http) -> None:
    found = NETWORK.check(us.settings, http)
    assert found.account == us.did
    assert us.handle in found.says
    us.ask("com.atproto.identity.updateHandle", {"handle": f"new{us.handle}"})
    atproto.flush()
    assert f"new{us.handle}" in NETWORK.check(us.settings, http).says  # the session goes on
    us.ask("com.atproto.server.revokeAppPassword", {"name": "Hubbub"})
    with Http(allow_private=["127.0.0.1"]) as fresh, pytest.raises(Broken, match="app password") as caught:
        NETWORK.check({**us.settings, "handle": f"new{us.handle}"}, fresh)
    assert caught.value.sign_in
    assert us.password not in str(caught.value)
