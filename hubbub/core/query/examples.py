"""The language by example: what is written, what it finds and what not. The help page and the tests are made of it."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from hubbub.core.facts import NOTHING, Analysis, Facts, Handling, Standing
from hubbub.core.post import Author, Media, Place, Post

from .fields import Use

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


class Example(Struct, frozen=True):
    """One query and one post. `shows` says what is to be learned from it."""

    about: str  # the heading it stands under
    query: str
    post: Post
    hit: bool
    shows: str
    use: Use = Use.TOPIC
    place: Place = Place()
    facts: Facts = NOTHING


def _says(about: str, rows: tuple[tuple[str, str, bool, str], ...]) -> list[Example]:
    """Examples of which the text alone matters."""
    return [Example(about, query, Post(id="1", text=text), hit, shows) for query, text, hit, shows in rows]


_WORDS = _says(
    "Words",
    (
        ("acme", "I love ACME!", True, "Upper and lower case are the same."),
        ("acme", "#Acme and @acme", True, "A word is found as a hashtag and as a handle, too."),
        ("acme", "acmes", False, "A word is the whole word."),
        ("cafe", "Le Café", True, "Accents make no difference."),
        ("café", "le cafe", True, "Nor do they in the query."),
        ("strasse", "Straße", True, "Letters are brought to one form first."),
        ("acme", "see https://acme.example/acme", False, "Addresses are no part of the words."),
        ("don't", "I don't know", True, "A term that holds punctuation is a phrase: don t."),
        ("AT&T", "at&t, AT T", True, "So is this: at t."),
        ("AT&T", "T at", False, "In that order."),
        ("東京", "私は東京に住んでいます", True, "Where a script has no spaces every character is a word of its own."),
        ("東京", "京東", False, "In a row, too."),
        ("🚀", "to the moon 🚀", True, "A pictograph is a word."),
        ("👍", "well done 👍🏽", True, "Skin tones make no difference."),
        ("snake_case", "in snake_case", True, "The underscore is a letter here."),
    ),
)

_JOINED = _says(
    "Joining words",
    (
        ("acme rocket", "a rocket by Acme", True, "Words side by side: all of them."),
        ("acme AND rocket", "Acme alone", False, "The same, written out."),
        ("acme OR rocket", "a rocket", True, "Any of them."),
        ("acme NOT rocket", "acme rocket", False, "The one, but not the other."),
        ("acme -rocket", "acme shoes", True, "A minus directly before a term is NOT."),
        ("acme OR rocket shoes", "acme", True, "AND binds tighter than OR: acme OR (rocket shoes)."),
        ("(acme OR rocket) shoes", "acme", False, "Brackets group."),
        ("acme and rocket", "acme rocket", False, "Operators are written in capitals; `and` is a word."),
        ("acme NOT (rocket OR car)", "acme, car", False, "NOT takes a whole group."),
        ("NOT spam acme", "acme", True, "NOT binds tighter than the unwritten AND."),
    ),
)

_PHRASES = _says(
    "Phrases and nearness",
    (
        ('"acme rocket"', "the Acme Rocket!", True, "Quotes: these words in a row."),
        ('"acme rocket"', "acme's rocket", False, "Nothing between them."),
        ('"red cat"', "cat, red", False, "In this order."),
        ('"red cat"', "red, cat", True, "Punctuation makes no difference."),
        ('"acme rocket"~1', "rocket by acme", True, "~n: any order, at most n other words between."),
        ('"acme rocket"~1', "acme has a rocket", False, "Here are two others."),
        ("acme NEAR/2 rocket", "rocket from acme", True, "At most 2 steps apart, in either order."),
        ("acme NEAR/2 rocket", "acme sells a rocket", False, "Here it is 3 steps."),
        ("acme NEAR rocket", "acme 1 2 3 4 rocket", True, "NEAR alone is NEAR/5."),
        ("acme NEAR/2f rocket", "rocket acme", False, "With f the left one comes first."),
        ("acme NEAR/3 acme", "acme", False, "The two sides are two different places."),
        ("acme NEAR/3 acme", "acme, oh acme", True, "Here the word stands twice."),
        ('"acme corp" NEAR/2 (rocket OR "space ship")', "acme corp space ship", True, "Phrases and groups of OR, too."),
        ('"red cat" NEAR/1 sat', "red cat sat", True, "From the end of the one to the start of the other."),
    ),
)

_EXACT = _says(
    "Parts of words and exact words",
    (
        ("rocket*", "rocketship", True, "* is any run of letters."),
        ("rocket*", "rocket", True, "Also none."),
        ("ro*et", "rocket", True, "It may stand inside a word."),
        ("rocke?", "rocket", True, "? is exactly one letter."),
        ("rocke?", "rocke", False, "Not none."),
        ("#acme", "acme", False, "With # only as a hashtag."),
        ("#acme", "so #ACME", True, "In any case."),
        ("@acme", "#acme", False, "With @ only as a handle."),
        ("@acme", "thanks @acme", True, "As here."),
        ("@acme", "mail info@acme.example", False, "Inside a mail address it is none."),
        ("{Apple}", "an apple", False, "Braces: exactly this case and these accents."),
        ("{Apple}", "an Apple", True, "As here."),
        ("{café}", "cafe", False, "Accents count here."),
        ('raw:"C++"', "I write C++.", True, "raw: looks for the characters as they stand."),
        ('raw:"C++"', "I write c++", False, "Case included."),
    ),
)


def _post(**known: object) -> Post:
    return Post(**{"id": "1", "text": "a post", **known})  # type: ignore[arg-type]


def _asks(query: str, post: Post, hit: bool, shows: str, place: Place | None = None) -> Example:
    return Example("Fields of the network", query, post, hit, shows, Use.TOPIC, place or Place())


_JANE = Author(id="7", handle="jane_acme", name="Jane Doe", followers=1500)

_NETWORK = [
    _asks("title:acme", _post(title="Acme", text="shoes"), True, "The title alone."),
    _asks("text:acme", _post(title="Acme", text="shoes"), False, "The text alone."),
    _asks('"acme shoes"', _post(title="Acme", text="shoes"), False, "A phrase never reaches from title into text."),
    _asks("title:(acme OR rocket)", _post(title="a rocket"), True, "A field takes a whole group."),
    _asks("author:jane_acme", _post(author=_JANE), True, "The author's handle."),
    _asks("author:jane*", _post(author=_JANE), True, "With a wildcard."),
    _asks("author:jane", _post(author=_JANE), False, "The handle as a whole."),
    _asks('name:"jane doe"', _post(author=_JANE), True, "The name as displayed, read like a text."),
    _asks("followers:[1000 TO *]", _post(author=_JANE), True, "Numbers: a range with both ends; * is open."),
    _asks("site:acme.example", _post(text="see https://shop.acme.example/x"), True, "A domain and all below it."),
    _asks("site:acme.example", _post(text="see https://notacme.example/x"), False, "But no other."),
    _asks("links:acme.example/sale", _post(links=("https://acme.example/sale?x=1",)), True, "Addresses linked to."),
    _asks("lang:en", _post(lang="en-GB"), True, "The language as the network says."),
    _asks("lang:(en OR de)", _post(lang="fr"), False, "One of several."),
    _asks("source:mastodon", _post(), True, "The kind of network.", Place(kind="mastodon")),
    _asks('source:"our blog"', _post(), True, "Or a source's own name.", Place(kind="feed", name="Our blog")),
    _asks("type:review", _post(type="review"), True, "What sort of post it is."),
    _asks("is:reply", _post(parent="9"), True, "It answers another."),
    _asks("is:owned", _post(), False, "It stands where we moderate.", Place(kind="feed")),
    _asks("has:link", _post(text="www.acme.example"), True, "It links to something."),
    _asks("has:image", _post(media=(Media("image", "https://acme.example/i.png"),)), True, "It shows a picture."),
    _asks("has:question", _post(text="Well. Is it open?"), True, "A sentence ends in a question mark."),
    _asks("has:question", _post(text="https://acme.example/?x"), False, "An address is no sentence."),
    _asks("likes:>10", _post(likes=10), False, "More than ten."),
    _asks("likes:>=10", _post(likes=10), True, "Ten or more."),
    _asks("likes:<3", _post(), False, "What the network does not tell does not match."),
    _asks("rating:[1 TO 2]", _post(rating=2.0), True, "Both ends included."),
    _asks(
        "published:>2026-01-31",
        _post(published=datetime(2026, 1, 31, 23, 59, tzinfo=UTC)),
        False,
        "A date is that whole day, in UTC.",
    ),
    _asks("published:2026-01-31", _post(published=datetime(2026, 1, 31, 23, tzinfo=UTC)), True, "On that day."),
    _asks("age:<4h", _post(published=NOW - timedelta(hours=3)), True, "Younger than four hours; m, h, d, w."),
    _asks("hashtag:acme", _post(text="#Acme"), True, "The same as #acme."),
]

_FOUND = [
    Example("Fields known later", query, _post(), hit, shows, Use.VIEW, Place(), facts)
    for query, facts, hit, shows in (
        ("sentiment:negative", Facts(analysis=Analysis(sentiment="negative")), True, "What the analysis found."),
        ("NOT sentiment:negative", NOTHING, False, "What is not known matches neither way."),
        ("toxicity:>0.8", Facts(analysis=Analysis(toxicity=0.9)), True, "Scores run from 0 to 1."),
        ('topic:"our brand"', Facts(analysis=Analysis(topics=frozenset({"Our Brand"}))), True, "A topic that matched."),
        ("about:brand", Facts(analysis=Analysis(about=frozenset({"brand"}))), True, "The kind of a matching topic."),
        ("account_age:<7d", Facts(standing=Standing(account_age=timedelta(days=2))), True, "A new account."),
        ("strikes:>=2", Facts(standing=Standing(strikes=1)), False, "How often the person was warned."),
        ("tag:press", Facts(handling=Handling(tags=frozenset({"Press", "new"}))), True, "One of its tags."),
        ("priority:(high OR urgent)", Facts(handling=Handling(priority="urgent")), True, "How urgent it is."),
        ('team:"front desk"', Facts(handling=Handling(team="Front Desk")), True, "The team that looks after it."),
        ("answered:no", Facts(handling=Handling(answered=False)), True, "Yes or no."),
        ("status:(open OR waiting)", Facts(handling=Handling(status="done")), False, "What we did with it."),
    )
]

EXAMPLES: tuple[Example, ...] = (*_WORDS, *_JOINED, *_PHRASES, *_EXACT, *_NETWORK, *_FOUND)


class Mistake(Struct, frozen=True):
    """A query that cannot be read, and words that its message holds."""

    query: str
    use: Use
    start: int
    says: str


MISTAKES: tuple[Mistake, ...] = (
    Mistake('acme "rocket', Use.TOPIC, 5, "never closed"),
    Mistake("(acme OR rocket", Use.TOPIC, 0, "never closed"),
    Mistake("acme)", Use.TOPIC, 4, "No bracket is open"),
    Mistake("acme AND", Use.TOPIC, 8, "nothing behind it"),
    Mistake("OR acme", Use.TOPIC, 0, "nothing before it"),
    Mistake("acme NEAR/101 rocket", Use.TOPIC, 5, "100 steps"),
    Mistake("ac*", Use.TOPIC, 0, "too early"),
    Mistake("*acme", Use.TOPIC, 0, "too early"),
    Mistake("acme sentimant:negative", Use.VIEW, 5, "`sentiment:`"),
    Mistake("acme sentiment:negative", Use.TOPIC, 5, "not known in a topic"),
    Mistake("NOT acme", Use.TOPIC, 0, "NOT alone"),
    Mistake("likes:many", Use.TOPIC, 6, "no number"),
    Mistake("likes:1,000", Use.TOPIC, 6, "likes:1000"),
    Mistake("age:<4", Use.TOPIC, 4, "no duration"),
    Mistake("published:>2026-02-30", Use.TOPIC, 10, "There is no day"),
    Mistake("type:tweet", Use.TOPIC, 5, "does not know"),
    Mistake("lang:english", Use.TOPIC, 5, "lang:en"),
    Mistake("title: acme", Use.TOPIC, 0, "directly behind the colon"),
    Mistake("title:-acme", Use.TOPIC, 6, "-title:acme"),
    Mistake("https://acme.example", Use.TOPIC, 0, "links:"),
    Mistake("acme NEAR/3 (rocket AND car)", Use.TOPIC, 5, "something else"),
    Mistake("title:acme NEAR/3 rocket", Use.TOPIC, 11, "field outside"),
    Mistake("acme && rocket", Use.TOPIC, 5, "Write AND"),
    Mistake(">5", Use.TOPIC, 0, "needs a field"),
    Mistake("acme not rocket)", Use.TOPIC, 5, "lower case"),
    Mistake("", Use.TOPIC, 0, "nothing to look for"),
)


class Operator(Struct, frozen=True):
    """One way to write something."""

    written: str
    means: str


OPERATORS: tuple[Operator, ...] = (
    Operator("acme", "the word, also as #acme or @acme"),
    Operator("acme AND rocket", "both, anywhere; acme rocket means the same"),
    Operator("acme OR rocket", "either"),
    Operator("acme NOT rocket", "the one without the other; acme -rocket means the same"),
    Operator("(acme OR rocket) shoes", "brackets group; without them AND binds tighter than OR"),
    Operator('"acme rocket"', "these words in a row"),
    Operator('"acme rocket"~4', "all of them in any order, with at most 4 other words between"),
    Operator("acme NEAR/5 rocket", "at most 5 steps apart, either first; neighbours are 1 step apart"),
    Operator("acme NEAR/5f rocket", "the same with acme first"),
    Operator("rocket*", "any ending, also none; in the middle of a word, too: ro*et"),
    Operator("rocke?", "exactly one letter more"),
    Operator("#acme", "only as a hashtag"),
    Operator("@acme", "only as a handle"),
    Operator("{Apple}", "exactly this case and these accents"),
    Operator('raw:"C++"', "these characters as they stand"),
    Operator("title:acme", "in a field; the fields are listed below"),
    Operator("title:(acme OR rocket)", "a group in a field"),
    Operator("likes:>10", "a number: >, >=, <, <=; likes:10 is exactly ten"),
    Operator("rating:[1 TO 2]", "a range, both ends included; * is an open end"),
    Operator("published:>2026-01-31", "a day in UTC, the whole of it"),
    Operator("age:<4h", "how long ago: m, h, d, w"),
)
