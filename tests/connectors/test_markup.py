"""What people typed, as HTML and beside pictures: nothing of it is markup, its addresses can be clicked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from hubbub.connectors._markup import linked, paragraphs, picture, same_words, with_pictures
from hubbub.connectors._text import plain


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a <b> & \"c\"", 'a &lt;b&gt; &amp; "c"'),
        (
            "see https://a.example/x?b=1&c=2.",
            'see <a href="https://a.example/x?b=1&amp;c=2">https://a.example/x?b=1&amp;c=2</a>.',
        ),
        ("(https://a.example/b_(c))", '(<a href="https://a.example/b_(c)">https://a.example/b_(c)</a>)'),
        ("https://a.example/\"onclick=x", '<a href="https://a.example/">https://a.example/</a>"onclick=x'),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("me@https://a.example", "me@https://a.example"),
    ],
)  # fmt: skip
def test_linked(text: str, html: str) -> None:
    assert linked(text) == html


def test_paragraphs_keep_their_lines() -> None:
    assert paragraphs("one\ntwo\r\n\n\n three \n") == ["one<br>two", "three"]
    assert paragraphs(" \n ") == []


@given(st.text(max_size=200))
def test_no_word_becomes_markup(text: str) -> None:
    tree = LexborHTMLParser(f"<div>{linked(text)}</div>")
    assert {node.tag for node in tree.css("div *")} <= {"a"}
    assert all((node.attributes.get("href") or "").lower().startswith("http") for node in tree.css("a"))


@given(st.text(max_size=80), st.integers(0, 3), st.integers(0, 3))
def test_words_with_pictures_are_known_again(text: str, there: int, asked: int) -> None:
    if "![" in text:
        return  # what a person wrote as a picture counts as one
    said = with_pictures(text, [picture("an [odd]\n(one) \\", "https://a.example/1.png")] * there)
    assert same_words(said, text, asked) is (there == asked)


def test_alt_text_cannot_end_the_picture() -> None:
    assert (
        picture("a](https://evil.example) [b", "upload://x.png") == r"![a\](https://evil.example) \[b](upload://x.png)"
    )
    assert plain(linked("<img src=x onerror=alert(1)>")) == "<img src=x onerror=alert(1)>"
