"""What we say on every network: declared, counted, taken with files, found again, and read back under its own id."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hubbub.connectors import (
    Act,
    Attached,
    Connector,
    Http,
    Limits,
    MediaLimits,
    Placing,
    Verb,
    connector,
    connectors,
    length_of,
    limits_in_words,
    too_many,
    unfit,
)
from hubbub.core.failures import Broken
from hubbub.core.post import Post
from tests.pictures import png

from .conftest import Server
from .working import Speaks, sample_act, speaking_one

ALL = pytest.mark.parametrize("network", connectors().values(), ids=connectors())
FILES = [one for one in connectors().values() if one.limits.media.many]
SPEAKING = ("discourse", "disqus", "github", "lemmy")
PICTURE = Attached("oven.png", "image/png", png(), "The [new] oven")


@ALL
def test_what_can_be_said_is_declared(network: Connector) -> None:
    media = network.limits.media
    assert media.verbs <= network.can or not media.many
    assert bool(media.many) is bool(media.kinds)
    assert set(media.alone) <= {f"{kind.partition('/')[0]}/*" for kind in media.kinds} | set(media.kinds)
    assert "message" not in network.can or network.names.get("message")  # whoever writes must know what will happen
    assert network.limits.title == "none" or "post" in network.can
    assert not network.place or "post" in network.can
    assert not isinstance(network, Placing) or network.place
    assert media.many == 0 or "file" in limits_in_words(network.limits)


@pytest.mark.parametrize("network", FILES, ids=lambda network: network.kind)
def test_files_that_are_not_taken_are_refused_before_anything_is_sent(network: Connector) -> None:
    media = network.limits.media
    ok = next(kind.replace("*", "x") for kind in media.kinds)
    verb = min(media.verbs)
    assert unfit([("a", ok, 10, "")], media, verb=verb) == ""
    assert "at most" in unfit([("a", ok, 10, "")] * (media.many + 1), media, verb=verb)
    assert "no files" in unfit([("a", ok, 10, "")], media, verb="like")
    if "*" not in media.kinds:
        assert "of a kind" in unfit([("a", "application/x-msdownload", 10, "")], media, verb=verb)
    for kind, most in media.kinds.items():
        if most is not None:
            assert "Make it smaller" in unfit([("a", kind.replace("*", "x"), most + 1, "")], media, verb=verb)
    if media.alt:
        assert "Shorten" in unfit([("a", ok, 10, "x" * (media.alt + 1))], media, verb=verb)


@pytest.mark.parametrize(
    ("text", "limits", "to", "length"),
    [
        ("abc", Limits(), "", 3),
        ("ä👩‍👩‍👧‍👦", Limits(counts="bytes"), "", 27),
        ("ä👩‍👩‍👧‍👦", Limits(counts="graphemes"), "", 2),
        ("See https://example.com/a/very/long/path?with=words", Limits(link=23), "", 27),
        ("https://a.example and HTTP://b.example", Limits(link=23), "", 51),
        ("me@https://a.example", Limits(link=23), "", 20),  # no address
        ("Hi @ann@mastodon.example, and @bob", Limits(short_mentions=True), "", 17),
        ("ann@example.com", Limits(short_mentions=True), "", 15),
        ("Yes", Limits(addressed=True, short_mentions=True), "ann@far.example", 8),
        ("Yes, @ann", Limits(addressed=True), "ann@far.example", 9),
        ("Yes", Limits(), "ann", 3),
    ],
)
def test_lengths_are_counted_as_the_network_does(text: str, limits: Limits, to: str, length: int) -> None:
    assert length_of(text, limits, to=to) == length


@given(st.text(st.sampled_from("aé字😀 \n"), max_size=40), st.integers(0, 60))
def test_of_bytes_those_at_the_end_are_too_many(text: str, most: int) -> None:
    limits = Limits(counts="bytes")
    over = too_many(text, most, limits)
    assert length_of(text[: len(text) - over], limits) <= most
    assert over == 0 or length_of(text[: len(text) - over + 1], limits) > most


@pytest.mark.parametrize(
    ("text", "most", "limits", "over"),
    [
        ("abc", 3, Limits(), 0),
        ("abcde", 3, Limits(), 2),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 1, Limits(counts="graphemes"), 1),
        ("https://a.example/long", 20, Limits(link=23), 3),
        ("ééé", 5, Limits(counts="bytes"), 1),
        ("a😀", 3, Limits(counts="bytes"), 1),
    ],
)
def test_what_is_too_many_is_told_as_people_count(text: str, most: int, limits: Limits, over: int) -> None:
    assert too_many(text, most, limits) == over


def test_limits_in_bytes_are_told_in_characters() -> None:
    assert limits_in_words(Limits(length=40_000, counts="bytes")).startswith("40,000 characters a post (é takes")


@pytest.mark.parametrize("kind", SPEAKING)
def test_what_we_said_is_read_back_under_its_own_id_once(kind: str, server: Server, http: Http) -> None:
    network, speaks = _speaking(kind, server)
    for act in speaks.acts:
        assert network.find(speaks.settings, act, http) is None
        done = network.act(speaks.settings, act, http)
        found = network.find(speaks.settings, act, http)
        assert found is not None
        assert found.id == done.id
        posts = [post for post in _read(network, speaks.settings, http) if post.id == done.id]
        assert [post.text for post in posts] == [act.text]
        assert posts[0].parent in ({act.post, act.thread} if act.verb == "reply" else {""})  # GitHub's issues are flat
        account = network.check(speaks.settings, http).account
        assert posts[0].author is not None
        assert posts[0].author.id == account


@pytest.mark.parametrize("kind", [kind for kind in SPEAKING if connector(kind).limits.media.many])
def test_pictures_stand_below_the_words(kind: str, server: Server, http: Http) -> None:
    network, speaks = _speaking(kind, server)
    for act in speaks.acts:
        act = replace(act, key=f"{act.key} with pictures", media=(PICTURE, PICTURE))
        assert network.find(speaks.settings, act, http) is None
        done = network.act(speaks.settings, act, http)
        found = network.find(speaks.settings, act, http)
        assert found is not None
        assert found.id == done.id
        (post,) = [post for post in _read(network, speaks.settings, http) if post.id == done.id]
        assert post.text.startswith(act.text)
        assert post.text.count("![The \\[new\\] oven") == 2


@pytest.mark.parametrize("kind", ["disqus", "lemmy"])
def test_the_same_words_at_another_time_are_no_earlier_try(kind: str, server: Server, http: Http) -> None:
    """These networks keep no mark of ours: what stood there before the first try was said on another day."""
    network, speaks = _speaking(kind, server)
    network.act(speaks.settings, speaks.acts[0], http)
    later = replace(speaks.acts[0], key="another", since=datetime.now(UTC) + timedelta(days=3650))
    assert network.find(speaks.settings, later, http) is None


@pytest.mark.parametrize(
    ("kind", "settings", "places"),
    [
        ("discourse", {}, {"5": "Support", "6": "Support / Deep"}),
        ("github", {}, {"issue": "A new issue", "DC_1": "Discussion: Ideas"}),
        ("lemmy", {}, {"acme": "!acme"}),
        ("lemmy", {"community": ""}, {"acme": "!acme", "bread@else.test": "!bread@else.test"}),
    ],
)
def test_where_a_post_can_go(
    kind: str, settings: Mapping[str, str], places: Mapping[str, str], server: Server, http: Http
) -> None:
    network, speaks = _speaking(kind, server)
    assert isinstance(network, Placing)
    assert {one.id: one.name for one in network.places({**speaks.settings, **settings}, http)} == places


@pytest.mark.parametrize("network", FILES, ids=lambda network: network.kind)
def test_too_many_files_never_leave(network: Connector, server: Server, http: Http) -> None:
    if not any(field.kind == "url" for field in network.fields):
        pytest.skip("reached in another way: test_mail.py")
    speaks = speaking_one(network.kind, server)
    if speaks is None:
        pytest.skip("tried against the real server: tests/peers")
    verb: Verb = "post" if "post" in network.limits.media.verbs else "reply"
    act = replace(sample_act(network.kind, verb), media=(PICTURE,) * (network.limits.media.many + 1))
    with pytest.raises(Broken, match="at most"):
        network.act(speaks.settings, act, http)
    assert not [asked for asked in server.asked if asked.method != "GET" and "login" not in asked.target]


def _speaking(kind: str, server: Server) -> tuple[Connector, Speaks]:
    speaks = speaking_one(kind, server)
    assert speaks is not None
    return connector(kind), speaks


def _read(network: Connector, settings: Mapping[str, str], http: Http) -> list[Post]:
    posts: list[Post] = []
    cursor, more = "", True
    while more:
        batch = network.fetch(settings, cursor, http)
        posts += batch.posts
        cursor, more = batch.cursor, batch.more
    return posts


def test_a_kind_that_nobody_names_is_not_taken() -> None:
    says = unfit([("a", "text/html", 1, "")], MediaLimits(many=1, kinds={"image/*": None}))
    assert says == "“a” is of a kind (text/html) that is not taken there. It takes pictures."
    assert Act("post", "", "k").media == ()


@pytest.mark.parametrize(
    ("kinds", "says"),
    [
        (("image/*", "video/*", "audio/*"), "pictures, videos and sound"),
        (("image/jpeg", "image/png", "image/gif", "video/mp4"), "JPEG, PNG and GIF pictures and MP4 videos"),
        (("image/jpeg", "application/pdf"), "JPEG pictures and PDF"),
        (("image/jpeg", "*"), "files of any kind"),
        (("*",), "files of any kind"),
    ],
)
def test_kinds_of_files_in_words(kinds: tuple[str, ...], says: str) -> None:
    assert MediaLimits(many=1, kinds=dict.fromkeys(kinds)).takes == says


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (MediaLimits(), ""),
        (MediaLimits(many=1, kinds={"*": None}), "1 file a post (files of any kind)"),
        (
            MediaLimits(many=4, kinds={"image/*": None, "video/*": 9_000_000}, alone=("video/*",), alt=9),
            "4 files a post (pictures, videos up to 9 MB; videos alone), with alt text of up to 9 characters",
        ),
        (
            MediaLimits(many=9, kinds={"image/jpeg": 1_500_000, "image/png": 1_500_000, "*": None}),
            "9 files a post (JPEG and PNG pictures up to 1.5 MB, files of any kind)",
        ),
    ],
)
def test_what_files_go_along_in_words(limits: MediaLimits, says: str) -> None:
    assert limits.in_words == says
