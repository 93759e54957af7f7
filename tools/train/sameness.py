"""Measures sameness on made-up edits of real posts: `python tools/train/sameness.py FOLDER` (with posts/, text/).

Recall: an edited copy is found through the bands, and held to be the same. Precision: of the posts of a stream that are
grouped, how many say the same; and different news that were written by one template stay apart.
"""

import gzip
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from hubbub.core.text import sameness

TEMPLATES = (
    "{firm} shares {move} {number} percent in early trading on {day} after the company reported quarterly results",
    "Earthquake of magnitude {number} strikes off the coast of {place}, no tsunami warning issued, officials say",
    "{team} beat {other} {number}-{few} on {day} to stay in the race for the title, coach happy with the result",
    "BREAKING: {firm} to close its plant in {place} and cut {number}00 jobs, union announces protest for {day}",
    "Weather for {place} on {day}: mostly cloudy, high of {number} degrees, light wind from the west, chance of rain",
    "{firm} opens a new office in {place}, plans to hire up to {number}0 people over the next two years",
    "Police in {place} are looking for witnesses after an accident on {day} that left {few} people injured",
    "Now playing on {team} radio: {firm} with the hit of the week, stay tuned for the news at {number}",
)
WORDS = {
    "firm": ["Apple", "Tesla", "Siemens", "Nokia", "Toyota", "Shell", "Nestle", "Samsung", "Boeing", "Danone"],
    "move": ["rise", "fall", "jump", "drop"],
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "place": ["Chile", "Peru", "Lisbon", "Ghent", "Osaka", "Leeds", "Kansas", "Malta", "Kerala", "Oslo"],
    "team": ["Arsenal", "Ajax", "Benfica", "Celtic", "Porto", "Lyon", "Roma", "Genk"],
    "other": ["Leeds", "Brest", "Parma", "Nancy", "Malmo", "Basel", "Sparta", "Dinamo"],
}


def retweeted(text: str, dice: random.Random) -> str:
    return f"RT @user{dice.randrange(99)}: {text}"


def sourced(text: str, dice: random.Random) -> str:
    return text + dice.choice(
        [" - CNN", " | Reuters", " (BBC News)", " via @guardian", " \N{EN DASH} The Daily Mirror"]
    )


def relinked(text: str, dice: random.Random) -> str:
    return f"{text} https://t.co/{dice.randrange(10**9):x}"


def tagged(text: str, dice: random.Random) -> str:
    return f"{text} #{dice.choice(['news', 'breaking', 'wow', 'fyi'])} #{dice.choice(['today', 'acme', 'love'])}"


def truncated(text: str, _: random.Random) -> str:
    return text[: int(len(text) * 0.8)].rsplit(" ", 1)[0] + "\N{HORIZONTAL ELLIPSIS}"


def changed(text: str, dice: random.Random) -> str:
    words = text.split()
    words[dice.randrange(len(words))] = dice.choice(["really", "great", "today", "people", "just"])
    return " ".join(words)


def prefixed(text: str, dice: random.Random) -> str:
    return f"{dice.choice(['Wow!', 'So true:', 'Must read:', 'This.'])} {text}"


EDITS: tuple[Callable[[str, random.Random], str], ...] = (
    retweeted, sourced, relinked, tagged, truncated, changed, prefixed,
)  # fmt: skip


def texts(folder: Path) -> list[str]:
    found = []
    for name in ("posts/tweets.jsonl.gz", "text/sentiment_train.jsonl.gz"):
        with gzip.open(folder / name, "rt") as lines:
            found += [json.loads(line)["text"] for line in lines]
    return found


def recall(posts: list[str], dice: random.Random) -> None:
    told = [post for post in posts if sameness.signature(post) is not None]
    print(f"{len(told) / len(posts):.1%} of the posts are long enough to tell")
    sample = dice.sample(told, 5_000)
    for edit in EDITS:
        met = held = 0
        for post in sample:
            copy = edit(post, dice)
            one, two = sameness.signature(post), sameness.signature(copy)
            if one is None or two is None:
                continue
            met += bool(set(sameness.bands(one)) & set(sameness.bands(two))) and sameness.alike(one, two)
            if set(sameness.bands(one)) & set(sameness.bands(two)) and sameness.alike(one, two):
                held += sameness.same(post, copy)
        print(f"{edit.__name__:10} signature {met / len(sample):.1%}  with the texts {held / len(sample):.1%}")


def news(dice: random.Random, many: int) -> list[str]:
    made: set[str] = set()
    while len(made) < many:
        words = {name: dice.choice(of) for name, of in WORDS.items()}
        made.add(dice.choice(TEMPLATES).format(number=dice.randint(4, 99), few=dice.randint(0, 3), **words))
    return sorted(made)


def merged(posts: list[str], shown: int) -> None:
    """How many posts are wrongly or rightly grouped with an earlier one, and some of them to look at."""
    rows: dict[int, list[int]] = defaultdict(list)
    candidates = by_signature = by_text = 0
    pairs = []
    signatures = sameness.signatures(posts)
    for place, mine in enumerate(signatures):
        if mine is None:
            continue
        near = sorted({other for key in sameness.bands(mine) for other in rows[key]})
        candidates += len(near)
        close = [other for other in near if sameness.alike(mine, signatures[other] or 0)]
        by_signature += bool(close)
        equal = [other for other in close if sameness.same(posts[place], posts[other])]
        by_text += bool(equal)
        pairs += [(posts[equal[0]], posts[place])] if equal else []
        if not equal:
            for key in sameness.bands(mine):
                rows[key].append(place)
    print(f"{len(posts)} posts: {candidates / len(posts):.1f} candidates a post; grouped by signature {by_signature}, "
          f"with the texts {by_text}")  # fmt: skip
    dice = random.Random(3)
    different = [pair for pair in pairs if pair[0].lower().split() != pair[1].lower().split()]
    for one, two in dice.sample(different, min(shown, len(different))):
        print("  ", one, "\n    =", two)


def main() -> None:
    posts, dice = texts(Path(sys.argv[1])), random.Random(1)
    recall(posts, dice)
    print("Different news by one template:")
    merged(news(dice, 3_000), 5)
    print("A stream of real posts:")
    merged(posts, int(sys.argv[2]) if len(sys.argv) > 2 else 10)


if __name__ == "__main__":
    main()
