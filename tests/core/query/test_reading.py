"""How a text is read: tokens, marks, and where each stands in the original."""

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hubbub.core.query import script, tokens
from hubbub.core.query.reading import Words, asks, blank_urls, exact_tokens, host, urls

from .made import texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("I love ACME!", ["i", "love", "acme"]),
        ("Café Cafe\u0301", ["cafe", "cafe"]),
        ("Straße ﬁn Ⅳ ² ½", ["strasse", "fin", "iv", "2", "1", "2"]),
        ("ＡＣＭＥ", ["acme"]),  # noqa: RUF001
        ("don't don’t AT&T", ["don", "t", "don", "t", "at", "t"]),  # noqa: RUF001
        ("snake_case __x__ 3.5", ["snake_case", "__x__", "3", "5"]),
        ("#acme @acme ##a", ["acme", "acme", "a"]),
        ("東京タワー", list("東京タワー")),
        ("がく", ["か", "く"]),
        ("iPhone買った", ["iphone", "買", "っ", "た"]),
        ("สวัสดี", ["ส", "ว", "ส", "ด"]),
        ("한국어 한국어".encode().decode(), ["한국어", "한국어"]),
        (unicodedata.normalize("NFD", "한국어"), ["한국어"]),
        ("Привет, МИР", ["привет", "мир"]),
        ("हिन्दी", ["हनद"]),
        ("İstanbul", ["istanbul"]),
        ("go🚀🚀go", ["go", "🚀", "🚀", "go"]),
        ("👍🏽 ❤️ 👨‍👩‍👧", ["👍", "❤", "👨", "👩", "👧"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("1️⃣", ["1"]),
        ("Acme® © 2026", ["acme", "2026"]),
        ("a\x00b\ud800c", ["a", "b", "c"]),
        ("see https://acme.example/a?b=c, ok", ["see", "ok"]),
        ("(www.acme.example) WWW.ACME.EXAMPLE", []),
        ("HTTPS://ACME.EXAMPLE", []),
        ("acme.example", ["acme", "example"]),
        ("awww.cute", ["awww", "cute"]),
        ("見てhttps://acme.example/x。東", ["見", "て", "東"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("#acme acme @acme", ["#", "", "@"]),
        ("a#b info@acme.example", ["", "", "", "", ""]),
        ("#acme-rocket", ["#", ""]),
        ("#東京 京", ["#", "#", ""]),
        ("東#京", ["", "#"]),
        ("＃acme", ["#"]),  # noqa: RUF001
        ("# acme", [""]),
        ("#acme🚀", ["#", ""]),
    ],
)
def test_marks(text: str, marks: list[str]) -> None:
    assert Words(text).marks == marks


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Le Cafe\u0301!", ["Le", "Cafe\u0301"]),
        ("ﬁn Straße", ["ﬁn", "Straße"]),
        ("x 👍🏽y", ["x", "👍🏽", "y"]),
        ("https://a.example/ acme", ["acme"]),
        ("½", ["½", "½"]),
        (" ᄒ\u1161\u11ab ", ["ᄒ\u1161\u11ab"]),
        ("東京", ["東", "京"]),
    ],
)
def test_places_in_the_original(text: str, pieces: list[str]) -> None:
    words = Words(text)
    assert [words.original(n) for n in range(len(words.tokens))] == pieces


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=30), texts))
@example("İㅎㅏ\u0345\u200dwww.a.b")
@example("\u1100" * 9 + "\u1161")
def test_the_fast_and_the_placed_reading_agree(text: str) -> None:
    words = Words(text)
    assert words.tokens == [words.folded[start:end] for start, end in words.spots]
    assert len(words.marks) == len(words.tokens)
    before = 0
    for number, token in enumerate(words.tokens):
        start, end = words.place(number, number)
        assert 0 <= start < end <= len(text)
        assert start >= before or token == words.tokens[number - 1] or not text.isascii()
        before = start
        assert token in script.fold(text[start:end])


@settings(max_examples=300)
@given(st.text(max_size=30))
def test_folding_is_what_the_specification_says(text: str) -> None:
    """NFKC, casefolded, marks dropped; done to the whole text or by character, it is the same."""
    kept = "".join(c for c in text if c not in "\u200c\u200d\u2060")
    whole = unicodedata.normalize("NFKC", kept).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFD", whole) if unicodedata.category(c)[0] != "M")
    expected = "".join(c for c in unicodedata.normalize("NFC", bare) if c.isalnum())
    read = "".join(c for c in script.fold_words(text) if c.isalnum())
    assert read == "".join(c for c in script.fold(expected) if c.isalnum())


@settings(max_examples=200)
@given(st.text(max_size=20))
def test_a_token_in_braces_is_found_where_it_was_written(text: str) -> None:
    for written, _ in exact_tokens(blank_urls(text)):
        assert script.exact(written) == written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://acme.example/a(b)c).", ["https://acme.example/a(b)c"]),
        ("(https://acme.example)", ["https://acme.example"]),
        ('<a href="http://a.example/x">', ["http://a.example/x"]),
        ("www.a.example, WWW.B.EXAMPLE!", ["www.a.example", "WWW.B.EXAMPLE"]),
        ("morehttps://a.example/x…", ["https://a.example/x"]),
        ("a://b", []),
    ],
)
def test_addresses(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in urls(text)] == found
    assert len(blank_urls(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "is_question"),
    [
        ("Is it open?", True),
        ("Is it open?!", True),
        ('She asked "is it open?" twice', True),
        ("open? yes", True),
        ("開いていますか？はい", True),  # noqa: RUF001
        ("هل هو مفتوح؟", True),
        ("???", False),
        ("No. ?", False),
        ("a?b", False),
        ("https://a.example/?x=1", False),
        ("It is open.", False),
    ],
)
def test_questions(text: str, is_question: bool) -> None:
    assert asks(text) is is_question


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.Acme.example:8080/x?y#z", "www.acme.example"),
        ("http://user:pass@acme.example/", "acme.example"),
        ("acme.example/x", "acme.example"),
        ("https://xn--mnchen-3ya.example", "münchen.example"),
        ("https://xn--.example/", "xn--.example"),
        ("https://acme.example./", "acme.example"),
        ("", ""),
        ("https://", ""),
    ],
)
def test_hosts(url: str, expected: str) -> None:
    assert host(url) == expected


@pytest.mark.parametrize("mark", script.MARKS)
def test_all_that_reads_as_a_mark_is_known(mark: str) -> None:
    found = [char for code in range(sys.maxunicode + 1) if mark in unicodedata.normalize("NFKC", char := chr(code))]
    assert sorted(found) == sorted(script.MARKS[mark])
