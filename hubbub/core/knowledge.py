"""Which articles of a small knowledge base help with a post: found by its words, most telling first.

score = sum over the words of the post of  idf * tf * (k + 1) / (tf + k * (1 - b + b * length / mean length))

(Okapi BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), where a word also counts, by half,
for those that begin as it does: "refunds" finds "refunded". Words of the title and the keywords count threefold, short
ones a quarter.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import log

from msgspec import Struct

from .query.reading import tokens

K, B = 1.2, 0.75
STEM = 5  # letters by which a longer word is like another
ALIKE = 0.5  # what a word counts that only begins the same
SHORT = 0.25  # what a word of up to three letters of the Latin alphabet counts: most of them only join others
TITLE = 3  # times that a word of the title or the keywords counts
FEW = 10  # articles, or posts, of which nothing can be counted yet
COMMON = 10
LITTLE = ("the", "and", "to", "of", "der", "und", "de", "la", "que", "et", "il", "di", "o", "e", "w", "na", "en", "het")
LEAST = 1.2  # a score from which on an article is offered
MOST = 5


class Article(Struct, frozen=True):
    """What is known of one article: how often each word stands in it."""

    id: int
    words: Mapping[str, int]


class Helps(Struct, frozen=True):
    """An article that helps, and why."""

    article: int
    score: float
    because: tuple[str, ...]  # words of the post, most telling first


def common_among(posts: Mapping[str, int]) -> frozenset[str]:
    """Of words, with the number of posts that each stands in, those that are common: in a tenth of as many posts as the
    most frequent of them, and of the little words that most texts hold."""
    most = max(posts.values(), default=0)
    return frozenset(word for word, number in posts.items() if number * COMMON >= most > FEW)


def words_of(title: str, text: str, keywords: str = "") -> dict[str, int]:
    """How often each word stands in an article, those of title and keywords counted threefold."""
    counts = Counter(cut_words(text))
    for word in (*cut_words(title), *cut_words(keywords)):
        counts[word] += TITLE
    return dict(counts)


def cut_words(text: str) -> list[str]:
    """The words of a text as the query language reads them; no single letters and digits of the Latin alphabet, while
    in scripts without spaces every character is a word."""
    return [word for word in tokens(text) if len(word) > 1 or not word.isascii()]


def helpful(
    text: str, articles: Sequence[Article], common: Collection[str] = frozenset(), most: int = MOST
) -> list[Helps]:
    """The articles that the words of a text lead to, best first. `common`: words that tell nothing, because so many
    posts hold them: our own name, for one."""
    asked = [word for word in dict.fromkeys(cut_words(text)) if word not in common]
    if not asked or not articles:
        return []
    known = [_Known(article) for article in articles]
    mean = sum(one.length for one in known) / len(known) or 1.0
    weights = {word: _idf(word, known) for word in asked}
    found = []
    for one in known:
        parts = {word: weights[word] * _share(one.times(word), one.length, mean) for word in asked}
        score = sum(parts.values())
        if score >= LEAST and any(parts[word] and not _joins(word) for word in asked):
            telling = sorted((word for word in parts if parts[word] > 0), key=lambda word: -parts[word])
            found.append(Helps(one.id, round(score, 3), tuple(telling[:MOST])))
    return sorted(found, key=lambda one: (-one.score, one.article))[:most]


class _Known:
    def __init__(self, article: Article) -> None:
        self.id = article.id
        self.words = article.words
        self.length = sum(article.words.values()) or 1
        stems: Counter[str] = Counter()
        for word, times in article.words.items():
            if len(word) >= STEM:
                stems[word[:STEM]] += times
        self.stems = stems

    def times(self, word: str) -> float:
        own = self.words.get(word, 0)
        alike = self.stems.get(word[:STEM], 0) - own if len(word) >= STEM else 0
        return own + ALIKE * max(alike, 0)


def _idf(word: str, known: Sequence[_Known]) -> float:
    having = sum(one.times(word) > 0 for one in known)
    # of very few articles nothing can be said of how rare a word is: as if there were ten
    number = max(len(known), FEW)
    rare = log(1 + (number - having + 0.5) / (having + 0.5)) if having else 0.0
    return rare * SHORT if _joins(word) else rare


def _joins(word: str) -> bool:
    """Whether it is so short that it mostly joins other words."""
    return len(word) < 4 and word.isascii() and word.isalpha()


def _share(times: float, length: int, mean: float) -> float:
    return times * (K + 1) / (times + K * (1 - B + B * length / mean)) if times else 0.0
