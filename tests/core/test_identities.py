"""Who may be one person: references, claims, reasons, keys."""

import hashlib

import pytest

from hubbub.core import identities
from hubbub.core.identities import Identity, compare, proven, strength

MASTODON = Identity("mastodon", "17", "erin@mastodon.example", "Erin Doe", "https://mastodon.example/@erin")
BLUESKY = Identity("bluesky", "did:plc:erin", "erin.bsky.social", "erin", "https://bsky.app/profile/did:plc:erin")
MAIL = Identity("mail", "erin@example.org", "erin@example.org", "Erin")
HASHED = hashlib.sha256(b"erin@example.org").hexdigest()
GUEST = Identity("wordpress blog", "guest:1", "", "Erin", picture=f"https://secure.gravatar.com/avatar/{HASHED}?s=96")


def with_(one: Identity, **more: object) -> Identity:
    """The same with other fields."""
    return Identity(**{name: getattr(one, name) for name in one.__struct_fields__} | more)


@pytest.mark.parametrize(
    ("address", "reference"),
    [
        ("https://www.Example.org/Erin/", "example.org/erin"),
        ("http://example.org", "example.org"),
        ("https://mastodon.example/@Erin", "acct:erin@mastodon.example"),
        ("https://mastodon.example/users/erin", "acct:erin@mastodon.example"),
        ("https://bsky.app/profile/erin.bsky.social", "acct:erin.bsky.social"),
        ("example.org/erin", "example.org/erin"),
        ("javascript:alert(1)", ""),
        ("https://[oops", ""),
        ("https://forum.example/user?id=Erin&utm_source=x#top", "forum.example/user?id=erin"),
        ("mailto:erin@example.org", ""),
        ("https://erin:secret@example.org", ""),
        ("ftp://example.org", ""),
        ("https://example.org:8443/erin", "example.org/erin"),
        ("", ""),
    ],
)
def test_reference(address: str, reference: str) -> None:
    assert identities.reference(address) == reference


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("I'm @erin@mastodon.example there", ("acct:erin@mastodon.example",)),
        ("I\u2019m also on Mastodon: @erin@mastodon.example", ("acct:erin@mastodon.example",)),
        ("You can find me at https://mastodon.example/@erin.", ("acct:erin@mastodon.example",)),
        ("My new blog is https://erin.example.org/", ("erin.example.org",)),
        ("Folgt mir: erin.bsky.social", ("acct:erin.bsky.social",)),
        ("Ich bin jetzt auf Mastodon @erin@mastodon.example", ("acct:erin@mastodon.example",)),
        ("I'm a fan of @erin@mastodon.example", ()),
        ("Ask @erin@mastodon.example, she knows", ()),
        ("Find me. By the way, @erin@mastodon.example is right", ()),
        ("mail erin@example.org", ()),
        ("", ()),
    ],
)
def test_claims(text: str, claimed: tuple[str, ...]) -> None:
    assert identities.claims(text) == claimed


@pytest.mark.parametrize(
    ("one", "other", "names", "is_proven", "is_suggested"),
    [
        (
            with_(MASTODON, links=("https://bsky.app/profile/erin.bsky.social",)),
            with_(BLUESKY, about="elsewhere @erin@mastodon.example"),
            ["named both ways", "same handle"],  # words of a profile may be about somebody else
            False,
            True,
        ),
        (
            with_(MASTODON, links=("https://bsky.app/profile/erin.bsky.social",)),
            with_(BLUESKY, links=("https://mastodon.example/@erin",)),
            ["linked both ways", "same handle"],
            True,
            True,
        ),
        (
            with_(MASTODON, links=("https://bsky.app/profile/erin.bsky.social",)),
            BLUESKY,
            ["linked one way", "same handle"],
            False,
            True,
        ),
        (
            with_(MASTODON, links=("https://erin.example.org/",), verified=("https://erin.example.org/",)),
            with_(GUEST, picture="", url="https://erin.example.org"),
            ["same link"],  # whoever comments can type any address
            False,
            True,
        ),
        (
            with_(MASTODON, links=("https://github.com/erin",), verified=("https://github.com/erin",)),
            Identity("github", "5", "erin", url="https://github.com/erin"),
            ["verified link", "same handle"],
            True,
            True,
        ),
        (  # a website that two guests typed is no profile of theirs
            with_(GUEST, native_id="guest:2", picture="", url="https://example.org"),
            with_(GUEST, picture="", url="https://example.org"),
            ["same link"],
            False,
            True,
        ),
        (  # nor is that of a company, which a file gives for all who work there
            with_(MAIL, url="https://example.org"),
            with_(
                MAIL, native_id="frank@example.org", name="Frank", handle="frank@example.org", url="http://example.org/"
            ),
            ["same link"],
            False,
            True,
        ),
        (  # whose profiles differ by what stands behind the question mark alone
            Identity("hacker_news", "erin", "erin", url="https://news.ycombinator.com/user?id=erin"),
            Identity("hacker_news", "frank", "frank", url="https://news.ycombinator.com/user?id=frank"),
            [],
            False,
            False,
        ),
        (  # a display name elsewhere is no account
            MASTODON,
            Identity("stack_exchange", "8", "erin@mastodon.example", "x", "https://stackoverflow.com/users/8"),
            ["same handle"],
            False,
            False,
        ),
        (with_(MASTODON, said=("acct:erin.bsky.social",)), BLUESKY, ["said so themselves", "same handle"], False, True),
        (
            with_(MASTODON, said=("acct:erin.bsky.social",)),
            with_(BLUESKY, said=("acct:erin@mastodon.example",)),
            ["named both ways", "same handle"],
            False,
            True,
        ),
        (MAIL, GUEST, ["same address"], False, True),
        (MASTODON, BLUESKY, ["same handle"], False, False),  # a handle alone is weak
        (with_(MASTODON, picture="https://x.example/p.png?v=2"), with_(BLUESKY, picture="https://x.example/p.png"),
         ["same picture", "same handle"], False, True),
        (
            with_(MASTODON, links=("https://erin.example.org",)),
            with_(BLUESKY, links=("http://www.erin.example.org/",)),
            ["same link", "same handle"],
            False,
            True,
        ),
        (with_(MASTODON, handle="admin@a.example"), with_(BLUESKY, handle="admin.bsky.social"), [], False, False),
        (MASTODON, with_(BLUESKY, name="Erin  doe"), ["same handle", "same name"], False, True),
        (MASTODON, with_(GUEST, picture=""), [], False, False),
    ],
)  # fmt: skip
def test_compare(one: Identity, other: Identity, names: list[str], is_proven: bool, is_suggested: bool) -> None:
    found, back = compare(one, other), compare(other, one)
    assert [reason.name for reason in found] == names == [reason.name for reason in back]
    assert all(reason.says for reason in found)
    assert proven(found) is is_proven
    assert (strength(found) >= identities.SUGGESTED) is is_suggested
    assert bool(identities.sought(one) & identities.keys(other)) or not names  # whoever is alike is found
    assert bool(identities.sought(other) & identities.keys(one)) or not names


def test_what_is_not_proven_is_never_certain() -> None:
    weak = compare(
        with_(MASTODON, picture="https://x.example/p", links=("https://a.example/erin", "https://bsky.app/profile/x")),
        with_(BLUESKY, picture="https://x.example/p", links=("https://a.example/erin",), name="Erin Doe"),
    )
    assert len(weak) == 4
    assert 0.6 < strength(weak) < 1


def test_long_keys_fit_their_column() -> None:
    one = with_(MASTODON, links=("https://example.org/" + "x" * 500,))
    assert max(map(len, identities.keys(one))) <= identities.LONGEST
    assert identities.keys(one) & identities.sought(with_(BLUESKY, links=one.links))
