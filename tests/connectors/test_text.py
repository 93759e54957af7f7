"""What networks write, as a person reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.connectors._text import images_in, language, links_in, plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("just  text ", "just text"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One</p>\n\n<p>Two<br>three</p>", "One\n\nTwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\nc"),
        ("<div><div>a</div></div><div>b</div>", "a\nb"),
        ("Fish &amp; chips &lt;3 &#233;", "Fish & chips <3 é"),
        ("a <b>bold</b>, <i>fine</i> word", "a bold, fine word"),
        ("x<script>evil()</script><style>p{}</style><!-- no -->y", "xy"),
        ('see <img src="a.png" alt=":)"> and <img src="b.png">', "see :) and"),
        ("<pre>two\n  lines</pre>", "two\nlines"),
        ("nul\0 and bell\x07", "nul and bell"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<b>" * 30_000 + "deep", "deep"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_plain(html: str, text: str) -> None:
    assert plain(html) == text


@given(st.text())
def test_plain_never_fails_and_is_stable(text: str) -> None:
    read = plain(text)
    assert "\0" not in read
    assert read == read.strip()


HTML = (
    '<a href="https://a.example">1</a><a href="/rel">2</a><a href="javascript:x">3</a><a href="https://a.example">4</a>'
)


def test_links_and_images() -> None:
    assert links_in(HTML) == ("https://a.example",)
    assert images_in('<img src="https://a.example/1.png"><img src="data:x"><img>') == ("https://a.example/1.png",)


@pytest.mark.parametrize(
    ("tag", "lang"),
    [("en-US", "en"), ("DE", "de"), ("pt_BR", "pt"), ("", ""), ("english", ""), ("x", ""), ("gsw", "gsw")],
)
def test_language(tag: str, lang: str) -> None:
    assert language(tag) == lang
