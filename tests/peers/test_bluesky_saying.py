"""What we say first on the AT Protocol's own servers: threads with pictures, deleted again; what is not taken."""

import pytest

from hubbub.connectors import Act, Attached, Http, connector
from hubbub.core.failures import Broken
from tests.pictures import png

from .atproto_peer import AtProto, Person
from .test_bluesky import ann, read, us

pytestmark = pytest.mark.peer

__all__ = ["ann", "us"]  # the fixtures: who takes part
NETWORK = connector("bluesky")


def test_a_thread_with_pictures_comes_back_as_it_was_sent(
    atproto: AtProto, us: Person, ann: Person, http: Http
) -> None:
    media = (
        Attached("oven.png", "image/png", png(40, 30), "The new oven, 90 cm wide"),
        Attached("door.png", "image/png", png(8, 8), ""),
    )
    text = f"🥖 See (https://acme.example/a_(b)), @{ann.handle}! #Brot"
    act = Act("post", "", "launch-1", text, media=media)
    assert NETWORK.find(us.settings, act, http) is None
    first = NETWORK.act(us.settings, act, http)
    assert NETWORK.find(us.settings, act, http) == first
    assert NETWORK.act(us.settings, act, http) == first
    atproto.flush()
    second = NETWORK.act(us.settings, Act("reply", first.id, "launch-2", "And more", first.id), http)
    (record,) = [one["value"] for one in us.records() if one["uri"] == first.id]
    marked = {
        text.encode()[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(): one["features"][0]
        for one in record["facets"]
    }
    assert set(marked) == {"https://acme.example/a_(b)", f"@{ann.handle}", "#Brot"}
    assert marked[f"@{ann.handle}"]["did"] == ann.did
    oven, door = record["embed"]["images"]
    assert (oven["alt"], oven["aspectRatio"]) == ("The new oven, 90 cm wide", {"width": 40, "height": 30})
    assert door["alt"] == ""
    atproto.flush()
    posts, _, cursor = read(us, http, read="account", what=us.handle)
    by_id = {post.id: post for post in posts}
    assert by_id[first.id].text == text
    assert (by_id[first.id].url, len(by_id[first.id].media)) == (first.url, 2)
    assert (by_id[second.id].parent, by_id[second.id].thread) == (first.id, first.id)
    gone = NETWORK.act(us.settings, Act("delete", second.id, "launch-3"), http)
    assert gone.state == "removed"
    atproto.flush()
    assert read(us, http, cursor, read="account", what=us.handle)[1] == [second.id]


@pytest.mark.parametrize(
    ("media", "says"),
    [
        ((Attached("big.png", "image/png", b"x" * 1_000_001),), "Make it smaller"),
        ((Attached("notes.txt", "text/plain", b"x"),), "is of a kind"),
        ((Attached("a.mp4", "video/mp4", b"x"), Attached("b.png", "image/png", png())), "can only go alone"),
        (tuple(Attached("a.png", "image/png", png()) for _ in range(5)), "at most 4 files"),
    ],
)
def test_files_that_are_not_taken(us: Person, http: Http, media: tuple[Attached, ...], says: str) -> None:
    with pytest.raises(Broken, match=says):
        NETWORK.act(us.settings, Act("post", "", "k", "Look", media=media), http)
    assert us.records() == []
