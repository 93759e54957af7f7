"""Trains hubbub/core/text/language.bin: `python tools/train/language.py PACKAGES DATA` (see language_texts.py for the
first folder; of the second, text/sentiment_train (CC BY 3.0) and text/goemotions_train (Apache-2.0) are read).

Posts are made up by the hundred thousand: pieces of lines, frequent words, a few English words in between, marks left
off letters as people do. A softmax over a language's rows of all words is fitted by AdaGrad (J. Duchi, E. Hazan,
Y. Singer, 2011), rounded to whole numbers, and how sure it may be is fitted on texts that it never saw.
The same folders give the same bytes.
"""

import gzip
import itertools
import json
import random
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubbub.core.text import language
from hubbub.core.text.features import read
from tools.train.language_texts import FAMILIES, Counts, Texts, counts, held_back, texts

BITS = {"latin": 16, "cyrillic": 14, "arabic": 13, "devanagari": 13}
POSTS = 9_000  # of a language, times its share
SHARE = {  # how much of it is posted; the rest 0.45
    "en": 5.0,
    **dict.fromkeys(("es", "pt", "fr", "de", "it", "nl", "tr", "id"), 1.6),
    **dict.fromkeys(("sv", "da", "no", "fi", "pl", "cs", "ro", "hu", "hr", "vi", "tl"), 1.0),
    **dict.fromkeys(("ru", "uk", "ar", "fa", "ur", "hi"), 1.0),
    "ms": 0.12,
}
SOURCES = {"home": 0.42, "words": 0.16, "cldr": 0.14, "lorem": 0.08, "django": 0.08, "udhr": 0.12, "counts": 0.6}
ENGLISH = {"posts": 0.75, "counts": 0.12, "home": 0.1, "words": 0.05, "cldr": 0.04, "lorem": 0.03, "udhr": 0.03}
ROUNDS, STEP, TOGETHER, DECAY = 3, 0.15, 1_000, 1e-6
ADDED = ("@user", "#love", "#news", "https://t.co/AbC123", "RT @someone:", "\U0001f602", "2024", "lol")
UNIT = 8.0 / 127  # the greatest weight is 8

Numbers = NDArray[np.int64]
Singles = NDArray[np.float32]


def bare(text: str) -> str:
    """Without the marks on letters."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return plain.translate(str.maketrans("ıøłđ", "iold"))


def maker(lines: dict[str, list[str]], words: list[list[tuple[str, float]]], name: str, dice: random.Random,
          english: list[str]) -> Callable[[], str]:  # fmt: skip
    """Makes up posts of one language."""
    weights = ENGLISH if name == "en" else SOURCES
    lists = [([word for word, _ in of], list(itertools.accumulate(count**0.85 for _, count in of))) for of in words]
    sources = [source for source in weights if lines.get(source) or (source == "counts" and lists)]
    shares = [weights[source] for source in sources]

    def some(most: int) -> list[str]:
        source = dice.choices(sources, shares)[0]
        if source == "counts":
            choice, sums = dice.choice(lists)
            return dice.choices(choice, cum_weights=sums, k=dice.randint(3, 9))
        if source in {"words", "lorem"}:
            return [dice.choice(lines[source]) for _ in range(dice.randint(2, 5))]
        piece = dice.choice(lines[source]).split()
        start = dice.randrange(max(1, len(piece) - most + 1))
        return piece[start : start + most]

    def post() -> str:
        many = int(min(25, max(2, dice.lognormvariate(2.0, 0.6))))
        made: list[str] = []
        while len(made) < many:
            made += some(many)
        del made[many:]
        if name != "en" and dice.random() < 0.25:
            for _ in range(dice.randint(1, max(1, many // 5))):
                made.insert(dice.randrange(len(made) + 1), dice.choice(english))
        text = " ".join(made)
        left_off = 0.05 if name == "vi" else 0.2 if name in FAMILIES["latin"] and name != "en" else 0.0
        return bare(text) if dice.random() < left_off else text

    return post


def made_up(found: Texts, words: Counts, names: list[str], seed: int, posts: int) -> tuple[list[str], Numbers]:
    dice = random.Random(seed)
    english = [word for text in dice.sample(found["en"]["posts"], 20_000) for word in text.split()]
    made, truth = [], []
    for number, name in enumerate(names):
        post = maker(found[name], words[name], name, dice, english)
        many = int(posts * SHARE.get(name, 0.45))
        made += [post() for _ in range(many)]
        truth += [number] * many
    return made, np.array(truth)


def looked_up(posts: list[str], script: str) -> tuple[Numbers, Numbers]:
    """Where each post's rows begin (and where the last ends), and the rows of the table that it is looked up in."""
    rows, places = [], []
    for start in range(0, len(posts), 500):
        reading = read(posts[start : start + 500])
        tokens = language._words(reading)
        row = reading.rows[tokens]
        first = np.searchsorted(row, np.arange(len(reading)))
        kept = np.arange(len(row)) - first[row] < 60
        found = language.buckets(reading, tokens[kept], BITS[script])
        used = found > 0
        rows.append(np.repeat(row[kept], used.sum(axis=1)) + start)
        places.append(found[used])
    return np.searchsorted(np.concatenate(rows), np.arange(len(posts) + 1)), np.concatenate(places)


def fitted(posts: list[str], truth: Numbers, script: str) -> tuple[Singles, Singles]:
    """The table (rows, languages) and where each language starts."""
    bounds, places = looked_up(posts, script)
    many = len(FAMILIES[script])
    table = np.zeros((1 << BITS[script], many), np.float32)
    moved = np.full((1 << BITS[script], 1), 1e-3, np.float32)
    start = np.zeros(many, np.float32)
    order = np.random.default_rng(1)
    for turn in range(ROUNDS):
        loss, dealt = 0.0, order.permutation(len(posts))
        for at in range(0, len(posts), TOGETHER):
            chosen = np.sort(dealt[at : at + TOGETHER])
            chosen = chosen[bounds[chosen + 1] > bounds[chosen]]
            lengths = bounds[chosen + 1] - bounds[chosen]
            firsts = np.cumsum(lengths) - lengths
            used = places[np.repeat(bounds[chosen] - firsts, lengths) + np.arange(lengths.sum())]
            scores = np.add.reduceat(table[used], firsts, axis=0) + start
            chances = np.exp(scores - scores.max(axis=1, keepdims=True))
            chances /= chances.sum(axis=1, keepdims=True)
            right = np.arange(len(chosen)), truth[chosen]
            loss -= float(np.log(chances[right] + 1e-12).sum())
            chances[right] -= 1
            sort = np.argsort(used, kind="stable")
            bound = np.flatnonzero(np.append(True, np.diff(used[sort]) > 0))
            rows = used[sort][bound]
            slope = np.add.reduceat(chances[np.repeat(np.arange(len(chosen)), lengths)[sort]], bound, axis=0)
            slope += DECAY * table[rows]
            moved[rows] += (slope * slope).mean(axis=1, keepdims=True)
            table[rows] -= STEP * slope / np.sqrt(moved[rows])
            start -= 1e-4 * chances.sum(axis=0)
        print(f"  {script}, round {turn + 1}: loss {loss / len(posts):.4f}", flush=True)
    table[0] = 0
    return table, start


def rounded(script: str, table: Singles, start: Singles) -> language.Family:
    whole = np.clip(np.rint(table / UNIT), -127, 127).astype(np.int8)
    return language.Family(
        script=script,
        languages=tuple(FAMILIES[script]),
        bits=BITS[script],
        table=whole.tobytes(),
        unit=UNIT,
        start=tuple(round(float(value), 4) for value in start),
        sure=(0.0, 1.0, 0.0),
    )


def calibrated(family: language.Family, posts: list[tuple[str, str]]) -> language.Family:
    """Logistic regression of "is it right" on the lead and the letters, by Newton's method."""
    table = language._Table(family)
    reading = read([text for text, _ in posts])
    tokens = language._words(reading)
    rows, scores, letters = table.scores(reading, tokens)
    names = family.languages
    right = np.array(
        [names[best] == posts[row][1] for row, best in zip(rows, scores.argmax(axis=1), strict=True)], float
    )
    known = np.sort(scores, axis=1)
    marks = np.stack([np.ones(len(rows)), np.log1p(known[:, -1] - known[:, -2]), np.log(letters)], axis=1)
    weights = np.zeros(3)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-marks @ weights))
        curve = (marks * (chance * (1 - chance))[:, None]).T @ marks + 1e-3 * np.eye(3)
        weights += np.linalg.solve(curve, marks.T @ (right - chance) - 1e-3 * weights)
    chance = 1 / (1 + np.exp(-marks @ weights))
    print(
        f"  {family.script}: right {right.mean():.4f} of {len(right)}, thought {chance.mean():.4f}; {weights.round(3)}"
    )
    bias, lead, count = (round(float(value), 4) for value in weights)
    return language.Family(
        family.script, names, family.bits, family.table, family.unit, family.start, (bias, lead, count)
    )


def noisy(text: str, dice: random.Random) -> str:
    """As a post: cut, with mentions, tags, links and pictures."""
    words = text.split()
    words = words[: dice.choice((1, 2, 3, 4, 6, 8, 12, 18))]
    for _ in range(dice.randint(0, 3)):
        words.insert(dice.choice((0, len(words))), dice.choice(ADDED))
    return " ".join(words)


def main() -> None:
    packages, data = Path(sys.argv[1]), Path(sys.argv[2])
    found, words = texts(packages), counts(packages)
    for name in ("sentiment_train", "goemotions_train"):
        with gzip.open(data / "text" / f"{name}.jsonl.gz", "rt") as lines:
            found["en"]["posts"] += [json.loads(line)["text"] for line in lines]
    tweets = found["en"]["posts"][:4_000]  # kept for saying how sure an answer is
    found["en"]["posts"] = found["en"]["posts"][4_000:]
    held, dice = held_back(packages), random.Random(7)
    families = []
    for script, names in FAMILIES.items():
        family = rounded(script, *fitted(*made_up(found, words, names, 1, POSTS), script))
        check = [pair for pair in held if pair[1] in names]
        check = dice.sample(check, min(20_000, len(check))) + [(tweet, "en") for tweet in tweets if "en" in names]
        if len({name for _, name in check}) < len(names) and script != "latin":
            fresh, truth = made_up(found, words, names, 2, 400)
            check += [(text, names[number]) for text, number in zip(fresh, truth.tolist(), strict=True)]
        families.append(calibrated(family, [(noisy(text, dice), name) for text, name in check]))
    kept = language.to_bytes(language.Learned("1", tuple(families)))
    path = Path(language.__file__).with_name("language.bin")
    path.write_bytes(kept)
    print(f"{path}: {len(kept):,} bytes")


if __name__ == "__main__":
    main()
