"""What we say on Mastodon's API as a server by others has it: with pictures, once, and not mistaken for older words."""

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.connectors import Act, Attached, Http, Verb, connector
from hubbub.core.failures import Broken, Retry
from tests.connectors.conftest import Server
from tests.pictures import png

from .mastodon_peer import Mastodon
from .test_mastodon import read, relay

pytestmark = pytest.mark.peer

__all__ = ["relay"]  # the fixture: a relay before the server
NETWORK = connector("mastodon")
PICTURES = (
    Attached("oven.png", "image/png", png(), "The new oven"),
    Attached("menu.png", "image/png", png(8, 8), "Today's menu"),
)


@pytest.mark.parametrize("verb", ["post", "reply", "message"])
def test_pictures_go_out_with_it_and_come_back(mastodon: Mastodon, http: Http, verb: Verb) -> None:
    asked = mastodon.say("alice", "@acme show us!")
    act = Act(verb, "" if verb == "post" else asked, "key-1", "Look", media=PICTURES)
    assert NETWORK.find(mastodon.settings(), act, http) is None
    done = NETWORK.act(mastodon.settings(), act, http)
    (said,) = mastodon.all_of("acme")
    files = said["media_attachments"]
    assert isinstance(files, list)
    assert [one["description"] for one in files] == ["The new oven", "Today's menu"]
    assert NETWORK.find(mastodon.settings(), act, http) == done
    assert NETWORK.find(mastodon.settings(), Act(verb, act.post, "key-2", "Look"), http) is None  # without pictures
    if verb != "message":  # the home timeline shows no private mentions
        (post,) = [one for one in read(mastodon.settings(read="home"), http)[0] if one.id == done.id]
        assert [one.type for one in post.media] == ["image", "image"]
    NETWORK.act(mastodon.settings(), Act("edit", done.id, "key-3", "Look here"), http)
    (said,) = mastodon.all_of("acme")
    assert isinstance(said["media_attachments"], list)
    assert len(said["media_attachments"]) == 2


def test_pictures_are_uploaded_once(mastodon: Mastodon, relay: Server, http: Http) -> None:
    """The post was refused after its pictures were taken: the second try does not send them again."""
    settings = {**mastodon.settings(), "site": relay.url}
    act = Act("post", "", "key-1", "Look", media=PICTURES)
    mastodon.fault("status", path="/api/v1/statuses", methods=("POST",), status=500)
    with pytest.raises(Retry):
        NETWORK.act(settings, act, http)
    assert NETWORK.find(settings, act, http) is None
    NETWORK.act(settings, act, http)
    assert [one.target for one in relay.asked if one.target.startswith("/api/v2/media")] == ["/api/v2/media"] * 2
    (said,) = mastodon.all_of("acme")
    assert isinstance(said["media_attachments"], list)
    assert len(said["media_attachments"]) == 2


@pytest.mark.parametrize(
    ("media", "says"),
    [
        ((Attached("notes.txt", "text/plain", b"x"),), "is of a kind"),
        ((Attached("a.png", "image/png", png(), "x" * 1501),), "Shorten it"),
        (PICTURES * 3, "at most 4 files"),
    ],
)
def test_files_that_are_not_taken(mastodon: Mastodon, http: Http, media: tuple[Attached, ...], says: str) -> None:
    with pytest.raises(Broken, match=says):
        NETWORK.act(mastodon.settings(), Act("post", "", "key-1", "Look", media=media), http)
    assert mastodon.all_of("acme") == []


def test_the_same_words_at_another_time_are_another_post(mastodon: Mastodon, http: Http) -> None:
    NETWORK.act(mastodon.settings(), Act("post", "", "last week", "Open today"), http)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert NETWORK.find(mastodon.settings(), Act("post", "", "today", "Open today", since=later), http) is None
