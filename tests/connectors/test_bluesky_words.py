"""How Bluesky counts what we write, and which words it marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.connectors._bluesky_words import facets
from hubbub.connectors._lengths import graphemes

KNOWN = {"ann.test": "did:plc:ann", "bob.example.com": "did:plc:bob"}


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("abc", 3),
        ("a\r\nb", 3),
        ("e\u0301", 1),  # é of two characters
        ("👩‍👩‍👧‍👦", 1),
        ("🤦🏽‍♂️", 1),
        ("❤️‍🔥", 1),
        ("1️⃣", 1),
        ("🇩🇪🇫🇷", 2),
        ("🇩🇪🇫", 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1),
        ("한국어", 3),
        ("\u1112\u1161\u11ab", 1),  # 한 of three characters
        ("กำ", 1),
        ("नि", 1),
        ("क्ष", 1),
        ("a\u200bb", 3),
        ("✈️ ✈️", 3),
    ],
)
def test_graphemes(text: str, length: int) -> None:
    """As JavaScript's Intl.Segmenter counts them, by which the network's servers go."""
    assert graphemes(text) == length


@given(st.text())
def test_never_more_graphemes_than_characters(text: str) -> None:
    assert (graphemes(text) > 0) is bool(text)
    assert graphemes(text) <= len(text)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("nothing", []),
        ("see https://a.example/x?y=1.", [("https://a.example/x?y=1", "link")]),
        ("(https://a.example/x_(y))", [("https://a.example/x_(y)", "link")]),
        ("(see https://a.example/x)", [("https://a.example/x", "link")]),
        ("Ünser 🥖 https://a.example", [("https://a.example", "link")]),
        ("@ann.test: hi", [("@ann.test", "mention")]),
        ("@ANN.test", [("@ANN.test", "mention")]),
        ("mail ann@ann.test", []),
        ("@nobody.test @ann", []),
        ("#bread, #Brötchen! #2026 #a_b", [("#bread", "tag"), ("#Brötchen", "tag"), ("#a_b", "tag")]),
        ("a#b c", []),
        ("https://a.b/#c @bob.example.com", [("https://a.b/#c", "link"), ("@bob.example.com", "mention")]),
        (f"#{'x' * 65}", []),
    ],
)  # fmt: skip
def test_facets(text: str, marked: list[tuple[str, str]]) -> None:
    found = facets(text, lambda handle: KNOWN.get(handle, ""))
    spoken = text.encode()
    kinds = [
        (
            spoken[facet.index.byte_start : facet.index.byte_end].decode(),
            facet.features[0]["$type"].removeprefix("app.bsky.richtext.facet#"),
        )
        for facet in found
    ]
    assert kinds == marked


@given(st.text(alphabet="ab@#. :/éж🥖\u200d()https://x.test\n", max_size=80))
def test_facets_stand_apart_and_inside_the_text(text: str) -> None:
    found = facets(text, lambda _: "did:plc:any")
    ends = [0]
    for facet in found:
        assert ends[-1] <= facet.index.byte_start < facet.index.byte_end <= len(text.encode())
        text.encode()[facet.index.byte_start : facet.index.byte_end].decode()  # never cut a character apart
        ends.append(facet.index.byte_end)
