"""How texts are cut: what is read as which word, and where it stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.text.features import hash_of, letter_buckets, read, word_buckets


def words(text: str) -> list[str]:
    reading = read([text])
    letters = "".join(map(chr, reading.letters))
    return [letters[start:end] for start, end in zip(reading.starts, reading.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World", ["hello", "world"]),
        ("don\u2019t 'quote'", ["don't", "quote"]),
        ("sooooo gooood!!!!", ["soo", "good", "!!"]),
        ("1000 times", ["1000", "times"]),
        ("@some_one hi bob@example.com", ["@", "hi", "bob", "@", "example", "com"]),
        ("see https://t.co/abc?d=1 now", ["see", "http", "now"]),
        ("see www.example.com/x now", ["see", "http", "now"]),
        ("(http://a.b)", ["http"]),
        ("rock &amp; roll &lt;3", ["rock", "roll", "3"]),
        ("f\u0336u\u0336n", ["fun"]),
        ("\u200bhid\u200bden", ["hidden"]),
        ("\U0001d4fd\U0001d4f1\U0001d4ee", ["the"]),
        ("\uff28\uff29", ["hi"]),
        ("what?!", ["what", "?", "!"]),
        ("", []),
        ("\0", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_word_has_one_hash_wherever_it_stands() -> None:
    reading = read(["apple pie", "an APPLE", "apples"])
    assert [hash_of("apple") == found for found in reading.hashes.tolist()] == [True, False, False, True, False]
    assert reading.rows.tolist() == [0, 0, 1, 1, 2]
    assert reading.capitals.tolist() == [False, False, False, True, False]


@given(st.lists(st.text(st.characters(codec=None), max_size=80), min_size=1, max_size=6))
def test_each_text_is_cut_as_if_it_were_alone(texts: list[str]) -> None:
    together = read(texts)
    pairs = zip(*word_buckets(together), strict=True)
    cut = [tuple(map(int, pair)) for pair in pairs]
    bounds = together.token_rows.tolist()
    grams = letter_buckets(together)
    for row, text in enumerate(texts):
        alone = read([text])
        own = [tuple(map(int, pair)) for pair in zip(*word_buckets(alone), strict=True)]
        assert cut[bounds[row] : bounds[row + 1]] == own
        first, last = together.letter_rows[row : row + 2].tolist()
        for found, single in zip(grams, letter_buckets(alone), strict=True):
            assert found[first:last].tolist() == single[: last - first].tolist()
        assert together.kinds[row].tolist() == alone.kinds[0].tolist()


@given(st.text(max_size=80))
def test_places_lead_back(text: str) -> None:
    reading = read([text])
    last = int(reading.letter_rows[-1])
    places = reading.origin[1:last].tolist()
    assert places == sorted(set(places))
    assert all(0 <= place < len(text) for place in places)
