"""Bluesky's full stream from the AT Protocol's own server: what is written, edited and deleted, who goes."""

from contextlib import closing

import pytest

from hubbub.connectors import Batch, Http, Streaming, connector
from hubbub.core.post import Post

from .atproto_peer import AtProto, Person

pytestmark = pytest.mark.peer

NETWORK = connector("bluesky_stream")


def settings(atproto: AtProto) -> dict[str, str]:
    return {"stream": "repos", "address": atproto.pds}


def here(atproto: AtProto, http: Http) -> str:
    """The cursor now: a post of a stranger is the newest that happened."""
    assert isinstance(NETWORK, Streaming)
    stream = NETWORK.stream(settings(atproto), "", http)
    with closing(stream):
        assert next(stream).posts == []  # it is open, and nothing old is told
        atproto.person("stranger").say("the line")
        for batch in stream:
            if any(post.text == "the line" for post in batch.posts):
                return batch.cursor
    raise AssertionError("the stream ended")


def read(atproto: AtProto, cursor: str, http: Http) -> list[Batch]:
    """Poll until nothing more comes."""
    batches: list[Batch] = []
    while True:
        batches.append(NETWORK.fetch(settings(atproto), cursor, http))
        cursor = batches[-1].cursor
        if not batches[-1].more:
            return batches


def posts_of(batches: list[Batch], *people: Person) -> list[Post]:
    dids = {person.did for person in people}
    return [post for batch in batches for post in batch.posts if post.author and post.author.id in dids]


def test_what_happens_is_told(atproto: AtProto, http: Http) -> None:
    ann, ben = atproto.person("ann"), atproto.person("ben")
    cursor = here(atproto, http)
    first = ann.say("I like acme, über alles")
    ben.say("So do I", first)
    gone = ann.say("I did not say this")
    batches = read(atproto, cursor, http)
    assert [(post.text, post.parent, post.edited) for post in posts_of(batches, ann, ben)] == [
        ("I like acme, über alles", "", False),
        ("So do I", first.uri, False),
        ("I did not say this", "", False),
    ]
    assert batches[0].posts[0].id == first.uri
    assert batches[0].at is not None
    ann.edit(first, ann.words("I like bread"))
    ann.delete(gone)
    ben.ask("com.atproto.identity.updateHandle", {"handle": ben.handle.replace("ben", "benny")})
    then = read(atproto, batches[-1].cursor, http)
    assert [(post.id, post.text, post.edited) for post in posts_of(then, ann, ben)] == [
        (first.uri, "I like bread", True)
    ]
    assert [one for batch in then for one in batch.gone] == [gone.uri]
    assert ben.did in {author.id for batch in then for author in batch.authors}


def test_an_account_that_goes_is_told(atproto: AtProto, http: Http) -> None:
    ann = atproto.person("ann")
    cursor = here(atproto, http)
    ann.say("Before")
    ann.ask("com.atproto.server.deactivateAccount", {})
    batches = read(atproto, cursor, http)
    assert [one for batch in batches for one in batch.gone_authors] == [ann.did]
    assert posts_of(batches, ann) == []


def test_it_goes_on_exactly_where_it_stopped(atproto: AtProto, http: Http) -> None:
    """Read in pieces, the connection closed after each: nothing is missing, nothing comes twice."""
    ann = atproto.person("ann")
    cursor = here(atproto, http)
    assert isinstance(NETWORK, Streaming)
    said, heard = [], []
    for turn in range(6):
        ann.say_all([ann.words(f"{turn}.{number}") for number in range(20)])
        said += [f"{turn}.{number}" for number in range(20)]
        stream = NETWORK.stream(settings(atproto), cursor, http)
        with closing(stream):
            batch = next(stream)
            heard += [post.text for post in batch.posts]
            cursor = batch.cursor
    heard += [post.text for batch in read(atproto, cursor, http) for post in batch.posts]
    assert sorted(heard) == sorted(said)


def test_a_check_listens(atproto: AtProto, http: Http) -> None:
    assert "the stream is open" in NETWORK.check(settings(atproto), http).says


def test_a_number_of_the_future_begins_anew(atproto: AtProto, http: Http) -> None:
    (batch,) = read(atproto, "999999999", http)
    assert "no longer keeps" in batch.refused[0].why
