"""Queries and posts as Hypothesis makes them: few words, so that they meet."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from hubbub.core.facts import Analysis, Facts, Handling, Standing
from hubbub.core.post import Author, Media, Place, Post
from hubbub.core.query.tree import And, Cut, Days, Near, Node, Not, Numbers, Or, Raw, Term, Value

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
WORDS = ("red", "cat", "rocket", "rocks", "at", "t", "東", "京", "🚀", "🇩🇪", "strasse", "cafe")
WRITTEN = (
    *WORDS, "Red", "CAT", "#cat", "@cat", "#Red", "Café", "cafe\u0301", "Straße", "東京", "AT&T", "rocket's", "👍🏽",
    "🇩🇪🇫🇷", "https://acme.example/cat", "www.acme.example/red?x=(1)", "red_cat", "mail@cat.example", "?", "!", "what?",
    "ㅎㅏㄴ", "한", "ﬁn", "x\u200dy", "#東京", "C++", "#cat東",
)  # fmt: skip
WILD = ("roc*", "rock?", "ro*et", "roc*s*", "str*s?")
FIELDS = ("", "", "", "title", "text", "name", "links")

cuts = st.builds(Cut, st.sampled_from(WORDS), st.sampled_from(("", "", "", "#", "@")))
wild = st.builds(Cut, st.sampled_from(WILD), st.sampled_from(("", "", "#")))
exact = st.builds(Cut, st.sampled_from(("Red", "cat", "Café", "CAT", "東")))


def _term(tokens: list[Cut], field: str, slack: int | None, exact: bool = False) -> Term:
    # A phrase with wildcards cannot be written together with ~ when one of them ends in "?".
    loose = len(tokens) > 1 and not exact and not any("?" in token.word for token in tokens)
    return Term(tuple(tokens), field, slack if loose else None, exact)


def terms(field: st.SearchStrategy[str]) -> st.SearchStrategy[Term]:
    slack = st.sampled_from((None, None, 0, 1, 3))
    return st.one_of(
        st.builds(_term, st.lists(cuts, min_size=1, max_size=1), field, st.none()),
        st.builds(_term, st.lists(st.one_of(cuts, wild), min_size=1, max_size=3), field, slack),
        st.builds(_term, st.lists(exact, min_size=1, max_size=2), field, st.none(), st.just(True)),
    )


@st.composite
def nears(draw: st.DrawFn) -> Near:
    field = st.just(draw(st.sampled_from(FIELDS)))
    sides = [tuple(draw(st.lists(terms(field), min_size=1, max_size=2))) for _ in range(2)]
    return Near(sides[0], sides[1], draw(st.integers(1, 4)), draw(st.booleans()))


values = st.sampled_from(
    (
        Value("author", "jane"), Value("author", "jan*", True), Value("lang", "en"), Value("type", "review"),
        Value("is", "reply"), Value("is", "owned"), Value("has", "link"), Value("has", "question"),
        Value("has", "image"), Value("site", "acme.example"), Value("source", "feed"), Value("source", "our blog"),
        Value("sentiment", "negative"), Value("topic", "acme"), Value("tag", "press kit"), Value("answered", "no"),
        Numbers("likes", 3, None), Numbers("likes", None, 3, high_in=False), Numbers("rating", 1.5, 4),
        Numbers("age", None, 14400, high_in=False), Numbers("age", 3600, 7200, high_in=False),
        Numbers("toxicity", 0.5, None, low_in=False), Numbers("account_age", None, 86400), Numbers("strikes", 2, 2),
        Days("published", date(2026, 2, 1), None), Days("published", date(2026, 1, 31), date(2026, 2, 1)),
    )
)  # fmt: skip
raws = st.builds(Raw, st.sampled_from(("C++", "Red", "cat, ", 'a "b" \\ c', "://")))
leaves: st.SearchStrategy[Node] = st.one_of(terms(st.sampled_from(FIELDS)), nears(), values, raws)


def _flat(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    """AND within AND is one AND: trees are made as the parser would make them."""
    flat = [inner for part in parts for inner in (part.parts if type(part) is kind else (part,))]
    return kind(tuple(flat))


def _not(part: Node) -> Node:
    return part.part if isinstance(part, Not) else Not(part)


nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: _flat(And, parts), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: _flat(Or, parts), st.lists(inner, min_size=2, max_size=3)),
        st.builds(_not, inner),
    ),
    max_leaves=6,
)

texts = st.lists(
    st.tuples(st.sampled_from(WRITTEN), st.sampled_from((" ", " ", " ", ", ", ". ", "", "\n"))), max_size=9
).map(lambda pieces: "".join(word + space for word, space in pieces))

posts = st.builds(
    Post,
    id=st.just("1"),
    text=texts,
    title=st.one_of(st.just(""), texts),
    url=st.sampled_from(("", "https://blog.acme.example/1")),
    type=st.sampled_from(("post", "review")),
    author=st.sampled_from((None, Author("1", "Jane", "Red Cat", followers=5), Author("2", "jan", "cat"))),
    published=st.sampled_from((None, NOW, NOW - timedelta(hours=1, minutes=30), NOW - timedelta(days=1))),
    lang=st.sampled_from(("", "en-GB", "de")),
    parent=st.sampled_from(("", "9")),
    likes=st.sampled_from((None, 2, 3)),
    rating=st.sampled_from((None, 1.5)),
    links=st.sampled_from(((), ("https://other.example/cat",))),
    media=st.sampled_from(((), (Media("image", "x"),))),
)
places = st.sampled_from((Place(), Place("feed", "Our Blog", True)))
facts = st.builds(
    Facts,
    analysis=st.builds(
        Analysis,
        topics=st.sampled_from((None, frozenset[str](), frozenset({"ACME"}))),
        sentiment=st.sampled_from((None, "negative", "neutral")),
        toxicity=st.sampled_from((None, 0.5, 0.9)),
    ),
    standing=st.builds(
        Standing, strikes=st.sampled_from((None, 2)), account_age=st.sampled_from((None, timedelta(hours=3)))
    ),
    handling=st.builds(
        Handling, tags=st.sampled_from((None, frozenset({"Press Kit"}))), answered=st.sampled_from((None, False))
    ),
)
