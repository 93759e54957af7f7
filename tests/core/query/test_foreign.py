"""Queries of Brandwatch and Talkwalker: what becomes of them, what is named, and that nothing breaks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.core.query import Use, parse
from hubbub.core.query.foreign import Dialect, guess, translate
from hubbub.core.query.foreign_fields import FOREIGN

BRANDWATCH = [
    ("apple AND juice", "apple AND juice"),
    ("apple juice", "apple juice"),
    ("(apple AND juice)\n  OR (apple AND sauce)", "(apple AND juice)\n  OR (apple AND sauce)"),
    ('"apple juice"~5', '"apple juice"~5'),
    ("“apple juice” NOT cider", '"apple juice" NOT cider'),  # curly quotes, as editors put them
    ("apple NEAR/5 juice", "apple NEAR/6 juice"),  # words between there, steps here
    ("logitech NEAR/2f keyboard", "logitech NEAR/3f keyboard"),
    ("apple NEAR/0 juice", "apple NEAR/1 juice"),
    ("apple NEAR/150 juice", "apple NEAR/100 juice"),
    ("apple near/3 juice", "apple NEAR/4 juice"),
    ("((apple OR orange) NEAR/5 (smartphone OR phone))", "((apple OR orange) NEAR/6 (smartphone OR phone))"),
    ("((apple OR orange) AND (smartphone OR phone))~5", "(apple OR orange) NEAR/6 (smartphone OR phone)"),
    ("(apple AND orange AND phone)~5", '"apple orange phone"~5'),
    (
        '((apple OR pear) AND orange AND "red phone")~5',
        '((apple OR pear) NEAR/6 orange AND (apple OR pear) NEAR/6 "red phone" AND orange NEAR/6 "red phone")',
    ),
    ("(apple OR orange)~5", "(apple OR orange)"),
    ("a NEAR/2 b NEAR/3 c", "(a NEAR/3 b AND b NEAR/4 c)"),
    ("(a AND b) NEAR/2 c", "(a NEAR/3 c AND b NEAR/3 c)"),
    ("(a NEAR/2 b) NEAR/4 c", "(a NEAR/3 b AND (a OR b) NEAR/5 c)"),
    ('("State Farm" NOT stadium) NEAR/3 car', '("State Farm" NEAR/4 car AND NOT stadium)'),
    ("(apple OR (pear AND plum)) NEAR/1 pie", "(apple NEAR/2 pie OR pear NEAR/2 pie AND plum NEAR/2 pie)"),
    ("site:x.com NEAR/3 pie", "(pie AND site:x.com)"),
    ("complain* OR customi?e", "complain* OR customi?e"),
    ("apple OR ap* OR *ple", "apple"),
    ('title:"apple juice"', 'title:"apple juice"'),
    ("title:(apple AND (pear OR plum))", "title:(apple AND (pear OR plum))"),
    ("apple <<<the fruit>>> AND juice", "apple AND juice"),
    ("<<<the (fruit>>> apple", "apple"),
    ("{BT} OR {NASA}", "{BT} OR {NASA}"),
    ("raw:Google+ OR raw:\"C++\"", 'raw:"Google+" OR raw:"C++"'),
    ("#MondayMotivation OR @brandwatch OR 🚀", "#MondayMotivation OR @brandwatch OR 🚀"),
    ("at_mentions:huey OR hashtags:(#a OR b)", "@huey OR (#a OR #b)"),
    ("site:twitter.com AND apple", "site:twitter.com AND apple"),
    ('site:("a.com" OR "www.b.com")', "(site:a.com OR site:www.b.com)"),
    ('url:"msn.com/news" AND x', "site:msn.com AND x"),
    ("links:msn.com", "links:msn.com"),
    ("topLevelDomain:com", "site:com"),
    ("author:ladygaga", "author:ladygaga"),
    ('author:"brandwatch office"', '(author:"brandwatch office" OR name:"brandwatch office")'),
    ("weblogTitle:feels OR blogName:likes", "author:feels OR author:likes"),
    ("language:(en OR de)", "(lang:en OR lang:de)"),
    ("authorFollowers:[500 TO 100000] AND x", "followers:[500 TO 100000] AND x"),
    ("rating:[3 TO 5] OR rating:1", "rating:[3 TO 5] OR rating:1"),
    ("engagementType:(RETWEET OR REPLY OR COMMENT)", "(is:repost OR is:reply OR type:comment)"),
    ("engagementType:QUOTE AND x", "x"),
    ("imageType:image publisherSubType:VIDEO", "has:image has:video"),
    ("country:gbr AND apple", "apple"),
    ("(country:gbr OR region:usa.fl) AND apple", "apple"),
    ("apple NOT (country:gbr OR pear)", "apple NOT (pear)"),
    ('subreddit: nba AND city:"usa.ca.san francisco" AND ball', "ball"),
    ("latitude:[41 TO 44]AND longitude:[-73 TO -69] AND x", "x"),
    ("sentiment:positive AND x", "x"),
    ("likes:>10 AND x", "likes:>10 AND x"),  # ours already
    ("Re:Zero OR x", '"Re:Zero" OR x'),
    ("https://acme.example/a OR x", 'links:"https://acme.example/a" OR x'),
    ("don't AND AT&T AND 12:30", "don't AND AT&T AND 12:30"),
    ("-apple pear", "-apple pear"),
    ("(apple AND (pear", "(apple AND (pear))"),
    ("apple) AND pear", "apple AND pear"),
    ("AND apple OR", "apple"),
    ("apple () pear", "apple AND pear"),
    ('apple AND "pear', 'apple AND "pear"'),
    (
        "competition OR competitor* OR ((China OR \"low cost\") NEAR/3 (brand* OR seller))",
        "competition OR competitor* OR ((China OR \"low cost\") NEAR/4 (brand* OR seller))",
    ),
]  # fmt: skip

TALKWALKER = [
    ("cat dog mouse bird", '"cat dog mouse bird"~30'),
    ("ABC", "{ABC}"),
    ("A&B", 'raw:"A&B"'),
    ("cat", "cat"),
    ("cat AND dog", "cat AND dog"),
    ('"cat dog"~5', '"cat dog"~5'),
    ("coffee NEAR/5 tea", "coffee NEAR/5 tea"),
    ("coffee ONEAR/5 tea", "coffee NEAR/5f tea"),
    ("coffee SENTENCE tea", "coffee NEAR/20 tea"),
    ("coffee PARAGRAPH tea", "coffee NEAR/100 tea"),
    ('++"C++" OR ++BT OR +"p&t" OR +cat', 'raw:"C++" OR {BT} OR "p&t" OR cat'),
    ("title:(coffee AND tea) AND content:\"hot drink\"", 'title:(coffee AND tea) AND text:"hot drink"'),
    ("lang:en AND NOT lang:de AND cat", "lang:en AND NOT lang:de AND cat"),
    ("author:jane AND cat", "(author:jane OR name:jane) AND cat"),
    ("mention:@acme OR hashtag:acme", "@acme OR #acme"),
    ("sourcetype:ONLINENEWS OR sourcetype:REVIEW", "type:article OR type:review"),
    ("sourcetype:SOCIALMEDIA_TWITTER AND cat", "(site:twitter.com OR site:x.com) AND cat"),
    ("source: FACEBOOK AND cat", "site:facebook.com AND cat"),
    ("domainurl:reddit.com AND cat", "site:reddit.com AND cat"),
    ('site:"http://www.wort.lu" cat', "site:www.wort.lu cat"),
    ("cat AND is:retweet AND NOT is:original", "cat AND is:repost AND NOT NOT is:repost"),
    ("cat AND published:>2026-01-01", "cat AND published:>2026-01-01"),
    ("cat AND engagement:>100 AND reach:>5", "cat"),
    ("cat AND sourcecountry:us AND gender:female", "cat"),
    ("title:(coffee ONEAR/2 tea)", "title:(coffee NEAR/2f tea)"),
    (
        "sourcetype:SOCIALMEDIA_TWITTER AND ((author:x OR mention:@x OR (\"x\" AND is:retweet)))",
        '(site:twitter.com OR site:x.com) AND (((author:x OR name:x) OR @x OR ("x" AND is:repost)))',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("theirs", "ours"), BRANDWATCH)
def test_brandwatch(theirs: str, ours: str) -> None:
    _check(theirs, "brandwatch", ours)


@pytest.mark.parametrize(("theirs", "ours"), TALKWALKER)
def test_talkwalker(theirs: str, ours: str) -> None:
    _check(theirs, "talkwalker", ours)


def _check(theirs: str, dialect: Dialect, ours: str) -> None:
    found = translate(theirs, dialect)
    assert found.query == ours
    parse(found.query, Use.TOPIC)
    assert found.notes or _plain(found.query) == _plain(theirs), "what was changed is noted"
    for note in found.notes:
        assert theirs[note.start : note.end] == note.found
        assert note.why[-1] == "."


def _plain(query: str) -> str:
    return query.translate(str.maketrans("“”", '""'))


@pytest.mark.parametrize(
    ("theirs", "piece", "effect"),
    [
        ("apple AND country:gbr", "country:gbr", "more"),
        ("apple OR country:gbr", "country:gbr", "fewer"),
        ("x NOT (apple AND country:gbr)", "country:gbr", "fewer"),
        ("x NOT (apple OR country:gbr)", "country:gbr", "more"),
        ("x NOT country:gbr", "country:gbr", "more"),
        ("x AND (apple OR (country:gbr AND city:x))", "country:gbr", "fewer"),
        ("apple NEAR/3 *ple", "*ple", "more"),
        ("apple NEAR/3 (*ple OR pear)", "*ple", "fewer"),
        ("x AND url:msn.com/news", "url:msn.com/news", "more"),
        ("x NOT url:msn.com/news", "url:msn.com/news", "fewer"),
        ("niño AND x", "niño", "more"),
        ("x NOT niño", "niño", "fewer"),
        ("x NOT ((a AND b) NEAR/3 c)", "(a AND b) NEAR/3 c", "fewer"),
        ("$TSLA", "$TSLA", "more"),
    ],
)
def test_what_is_lost_is_named_with_its_effect(theirs: str, piece: str, effect: str) -> None:
    notes = [note for note in translate(theirs, "brandwatch").notes if note.found == piece]
    assert [note.lost for note in notes] == [True]
    assert f"finds {effect} than there" in notes[0].why


@pytest.mark.parametrize(
    ("theirs", "says"),
    [
        ("", "nothing to look for"),
        ("  <<<only a comment>>>", "nothing to look for"),
        ("country:gbr", "Nothing is left"),
        ("country:gbr AND city:x", "Nothing is left"),
        ("NOT apple", "NOT alone"),
        ("country:gbr NOT apple", "NOT alone"),
        ("x " * 2_001, "2,000 terms"),
        ("x" * 100_001, "100,000"),
        ("(" * 200 + "a" + ")" * 200, "90 deep"),
        ("(" + " AND ".join("abcdefgh" * 10) + ") NEAR/2 (" + " AND ".join("abcdefgh" * 10) + ")", "too many terms"),
    ],
)
def test_where_there_is_no_query_it_says_why(theirs: str, says: str) -> None:
    found = translate(theirs, "brandwatch")
    assert found.query == ""
    assert any(says in note.why and note.lost for note in found.notes)


@pytest.mark.parametrize(
    ("theirs", "dialect"),
    [
        ("apple NEAR/2f juice", "brandwatch"),
        ("apple <<<x>>>", "brandwatch"),
        ("language:en AND x", "brandwatch"),
        ("(a AND b)~5", "brandwatch"),
        ("raw:C++", "brandwatch"),
        ("apple", "brandwatch"),
        ("coffee ONEAR/5 tea", "talkwalker"),
        ('++"C++"', "talkwalker"),
        ("lang:en AND sourcetype:BLOG", "talkwalker"),
        ("cat AND engagement:>100", "talkwalker"),
        ("a SENTENCE b", "talkwalker"),
    ],
)
def test_guess(theirs: str, dialect: Dialect) -> None:
    assert guess(theirs) == dialect


NAMES = sorted({name for fields in FOREIGN.values() for name in fields})
SOUP = st.sampled_from(
    (
        "AND ", " OR ", "NOT ", " NEAR/3 ", " NEAR/2f ", " ONEAR/4 ", " SENTENCE ", "(", ")", ")~3", '"', '"a b"~2',
        "*", "?", "{", "}", "[", "]", "[1 TO 2]", ":", ">5", "-", "+", "++", "a", "rocket", "<<<", ">>>", "#", "@", "$",
        "東", "niño", "\\", "\n", " ", "\x00", "\ud800", "“", "”", "https://a.example/x", "raw:", "Apple", "ab*", "~5",
    )
)  # fmt: skip
FIELD = st.sampled_from(NAMES).map("{}:".format)


@settings(max_examples=500)
@given(
    st.one_of(st.text(max_size=30), st.lists(st.one_of(SOUP, FIELD), max_size=20).map("".join)),
    st.sampled_from(sorted(FOREIGN)),
)
def test_no_text_breaks_it(text: str, dialect: Dialect) -> None:
    found = translate(text, dialect)
    assert guess(text) in FOREIGN
    for note in found.notes:
        assert 0 <= note.start <= note.end <= len(text)
        assert note.why
    if found.query:
        parse(found.query, Use.TOPIC)
    else:
        assert any(note.lost for note in found.notes)
