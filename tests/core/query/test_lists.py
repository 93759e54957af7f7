"""Word lists in queries: named, missing, broken, and seen through disguise, both ways."""

# ruff: noqa: RUF001

from datetime import UTC, datetime

import pytest

from hubbub.core import query as language
from hubbub.core.post import Place, Post
from hubbub.core.query.lists import WordList

NOW = datetime(2026, 2, 1, tzinfo=UTC)
WORDS = ("viagra", "pass", "shit", "lose", "god", "cop", "ass", "as s", "buy followers", "gambl*", "kino", "казино")
LISTS = (
    WordList("seen", WORDS, seen_through=True),
    WordList("plain", (*WORDS, "red rocket", "rocke?")),
    WordList("broken", ("fine", "a*")),
    WordList("empty"),
    WordList("Our rivals", ("acme",)),
)


def held(query: str, text: str, title: str = "") -> tuple[bool, list[str]]:
    """Whether it holds, told twice over, and the places that made it."""
    read = language.parse(query, language.Use.RULE, LISTS)
    reading = language.read(Post("1", text, title), Place())
    plain = language.matches(read, reading, now=NOW)
    assert bool(language.Index([(1, read)]).match(reading, now=NOW)) is plain
    sources = {"text": text, "title": title}
    return plain, [sources[one.field][one.start : one.end] for one in language.spans(read, reading, now=NOW)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("buy v1agra now", "v1agra"),
        ("my pa55 word", "pa55"),
        ("$h1t happens", "$h1t"),
        ("oh sh!t", "sh!t"),
        ("what a c0p!", "c0p"),
        ("a$$", "a$$"),
        ("V I A G R A here", "V I A G R A"),
        ("take v i a g r a you", "v i a g r a"),
        ("v.i.a.g.r.a!", "v.i.a.g.r.a"),
        ("v-1-a-g-r-@", "v-1-a-g-r-@"),
        ("via*gra", "via*gra"),
        ("vi_ag_ra", "vi_ag_ra"),
        ("buy viaaagra", "viaaagra"),
        ("viaagra", "viaagra"),
        ("shiiiit", "shiiiit"),
        ("vіаgrа", "vіаgrа"),  # i and a are Cyrillic
        ("νiagra", "νiagra"),  # the first letter is Greek
        ("ｖｉａｇｒａ", "ｖｉａｇｒａ"),
        ("🅥🅘🅐🅖🅡🅐", "🅥🅘🅐🅖🅡🅐"),
        ("v\u200bi\u200bagra", "v\u200bi\u200bagra"),
        ("vi\u00adagra", "vi\u00adagra"),
        ("(v1agra), c1alis", "v1agra"),
        ("buy f0llowers cheap", "buy f0llowers"),
        ("gamb1ing is fun", "gamb1ing"),
        ("k1no", "k1no"),
        ("кaзинo", "кaзинo"),  # a and o are Latin
        ("VIAGRA", "VIAGRA"),
    ],
)
def test_a_disguise_is_seen_through(text: str, place: str) -> None:
    assert held("list:seen", text) == (True, [place])
    assert held("list:seen", "nothing here", title=text) == (True, [place])


@pytest.mark.parametrize(
    "text",
    [
        "has some",
        "as some of us",
        "a s",
        "class asset passage",
        "loose ends",
        "good",
        "сор",  # Russian, all of it
        "Galaxy A55",
        "c o p y",
        "a b c d e f g",
        "1 2 3 4 5",
        "1 7 4 6 9 4",
        "https://v1agra.example/",
        "via gra",
        "pa.ss",
        "buy more followers",
        "followers buy",
        "",
        "!!! $$$ @@@",
    ],
)
def test_what_is_no_disguise_is_left_alone(text: str) -> None:
    assert held("list:seen", text) == (False, [])


@pytest.mark.parametrize(
    ("query", "text", "place"),
    [
        ("list:plain", "a red rocket", ["red rocket", "rocket"]),
        ("list:plain", "two rockets, a rocket", ["rocket"]),
        ("list:plain", "v1agra", []),
        ("list:plain", "v i a g r a", []),
        ("list:PLAIN", "gambling", ["gambling"]),
        ('list:"our rivals"', "Acme!", ["Acme"]),
        ('list:"our rivals" AND great', "Acme is great", ["Acme", "great"]),
        ("list:(plain OR seen)", "p4ss", ["p4ss"]),
        ("list:empty", "anything", []),
    ],
)
def test_a_plain_list_is_an_or_of_its_entries(query: str, text: str, place: list[str]) -> None:
    assert held(query, text) == (bool(place), place)


@pytest.mark.parametrize(("text", "holds"), [("v1agra", False), ("viagra", False), ("good", True)])
def test_a_list_may_be_excluded(text: str, holds: bool) -> None:
    assert held("NOT list:seen", text)[0] is holds
    assert held("NOT list:empty", text)[0] is True


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("list:sean", "There is no word list named `sean`. Did you mean list:seen?"),
        ("list:nowhere", "There is no word list named `nowhere`. Make the list first"),
        ("list:>3", "This is no name of a word list. Write list:rivals."),
        ("list:broken", "The word list `broken` cannot be used: `a*` in it: The wildcard in `a*` comes too early"),
    ],
)
def test_a_list_that_cannot_be_used_is_named(query: str, says: str) -> None:
    with pytest.raises(language.QueryError) as error:
        language.parse(query, language.Use.RULE, LISTS)
    assert says in str(error.value)


def test_a_list_is_not_known_where_no_lists_are() -> None:
    for written in ("list:seen", "NOT list:seen"):
        query = language.parse(written, language.Use.RULE)
        reading = language.read(Post("1", "viagra"), Place())
        assert language.holds(query, reading, now=NOW) is None
        assert not language.Index([(1, query)]).match(reading, now=NOW)


def test_many_lists_are_looked_for_at_once() -> None:
    lists = [WordList(f"l{n}", (f"word{chr(97 + n)}zq",), seen_through=True) for n in range(20)]
    index = language.Index(
        [(n, language.parse(f"list:l{n} AND red", language.Use.RULE, lists)) for n in range(len(lists))]
    )
    reading = language.read(Post("1", "red w0rdczq w-o-r-d-e-z-q"), Place())
    assert index.match(reading, now=NOW) == [2, 4]
    index.remove(2)
    assert index.match(language.read(Post("1", "red w0rdczq w-o-r-d-e-z-q"), Place()), now=NOW) == [4]


def test_a_query_that_names_a_list_is_written_back() -> None:
    for text in ("list:plain", 'list:"our rivals" AND red', "list:(plain OR seen)", "NOT list:plain"):
        query = language.parse(text, language.Use.RULE, LISTS)
        again = language.parse(language.format(query), language.Use.RULE, LISTS)
        assert again.tree == query.tree
