"""Posts, topics and rules as people write them, made up the same way every time."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hubbub.core.plan import RulePlan, TopicKind, TopicPlan

COMMON = ("love", "day", "happy", "new", "time", "today", "night", "good")
LETTERS = "aaabcddeeeeefghhiiijkllmnnnooopprrsssstttuuvwxyz"


def words(number: int, chance: random.Random) -> list[str]:
    """`number` different made-up words."""
    found: dict[str, None] = {}
    while len(found) < number:
        found["".join(chance.choices(LETTERS, k=chance.randint(4, 9)))] = None
    return list(found)


def write_posts(path: Path, number: int, *, seed: int = 1, now: datetime | None = None) -> None:
    """A posts.jsonl of short posts: words as often as in a language (Zipf), some links, hashtags, threads."""
    chance = random.Random(seed)
    vocabulary = [*COMMON, *words(20_000, chance)]
    weights = [1 / (rank + 5) for rank in range(len(vocabulary))]
    drawn = chance.choices(vocabulary, weights, k=number * 16)
    start = (now or datetime.now(UTC)) - timedelta(days=20)
    step = timedelta(days=19) / max(1, number)
    with path.open("w") as file:
        for at in range(number):
            said = drawn[at * 16 : at * 16 + chance.randint(6, 16)]
            if at % 5 == 0:
                said[-1] = "#" + said[-1]
            line: dict[str, object] = {
                "id": str(at),
                "text": " ".join(said).capitalize() + ".",
                "type": "comment",
                "author": f"user{chance.randrange(max(10, number // 4))}",
                "author_created": "2020-05-01T00:00:00Z",
                "published": (start + step * at).isoformat(),
                "likes": at % 50,
                "url": f"https://forum.example/{at}",
            }
            if at % 8 == 0:
                line["links"] = [f"https://site{at % 40}.example/page"]
            if at % 4 == 1:
                line["parent"] = str(at - 1)
            file.write(json.dumps(line) + "\n")


def topics(number: int, *, seed: int = 2) -> list[TopicPlan]:
    """Three names each (rare or absent words, some a phrase, a hashtag, a wildcard), in 60 % tied to a common word,
    and three exclusions."""
    chance = random.Random(seed)
    vocabulary = words(20_000, random.Random(1))[8_000:]  # rare ones
    absent = words(2_000, random.Random(seed + 100))
    kinds: tuple[TopicKind, ...] = ("brand", "competitor", "industry")
    found = []
    for at in range(number):
        first, second, third = chance.choice(vocabulary), chance.choice(absent), chance.choice(absent)
        names = f'{first} OR "{second} {third}" OR #{third} OR {second}*'
        if chance.random() < 0.6:
            tie = "AND" if chance.random() < 0.5 else "NEAR/10"
            names = (
                f"({names}) AND {chance.choice(COMMON)}"
                if tie == "AND"
                else f"({first} OR {second}) {tie} {chance.choice(COMMON)}"
            )
        else:
            names = f"({names})"
        excluded = " ".join(f"-{word}" for word in chance.sample(absent, 3))
        found.append(TopicPlan(at + 1, f"Topic {at}", f"{names} {excluded}", kinds[at % 3]))
    return found


def rules(number: int, *, seed: int = 3) -> list[RulePlan]:
    """Conditions on words, links, sites, counts and the account's age; most of them rarely hold."""
    chance = random.Random(seed)
    vocabulary = words(20_000, random.Random(1))[500:]
    forms = (
        "{a} AND has:link",
        '"{a} {b}" OR ({a} AND {b})',
        "site:site{n}.example AND ({a} OR {b})",
        "likes:<1 AND has:link AND {a}",
        "account_age:<2d AND ({a} OR {b})",
    )
    return [
        RulePlan(
            id=at + 1,
            name=f"Rule {at}",
            when=forms[at % len(forms)].format(a=chance.choice(vocabulary), b=chance.choice(vocabulary), n=at % 40),
            then="queue" if at % 2 else "label",
            because="Made up for a benchmark",
            label="" if at % 2 else "made-up",
        )
        for at in range(number)
    ]
