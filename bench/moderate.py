"""Posts through 500 rules with history, and a replay of 100,000 stored posts. `python -m bench.moderate`.

Times are those of the processor: one core. "Hubbub" is from the post as it came to its verdicts, by the stages that a
stream runs through, with every author's history; what the posts say (mood, toxicity) is given, for it is measured by
`bench.analyse`. The rival is what one writes instead: each rule a compiled regular expression and a few counters, tried
one after another, as AutoModerator and most forum filters do; its rules say less: no exclusions, no disguises.
"""

import argparse
import gc
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bench.match import posts as texts_of
from bench.match import topics
from hubbub.core import stages
from hubbub.core.facts import Sentiment
from hubbub.core.plan import Plan, RuleOutcome, RulePlan
from hubbub.core.post import Author, Place, Post
from hubbub.core.query.lists import WordList
from hubbub.core.standing import Record
from hubbub.core.text.judgement import Judgement

NOW = datetime(2026, 1, 31, tzinfo=UTC)
RULES = 500
BATCH = 1_000
AUTHORS = 9_000
HISTORY = (
    "posts_24h:>20",
    "has:link AND self_promotion:>0.25 AND posts_24h:>3",
    "has:link AND same_links:>2",
    "removed_share:>0.3 AND has:link",
    "removed_share:>0.5 AND posts_24h:>1",
    "strikes:>2",
    "account_age:<1d AND has:link",
    "self_promotion:>0.5",
    "same_links:>5",
    "account_age:<7d AND posts_24h:>10",
    "toxicity:>0.8 AND removed_share:>0.2",
    "spam:>0.9 AND posts_24h:>2",
)


def posts() -> list[Post]:
    """Texts of tweets (or made up), by authors some of whom write much, over three weeks, one in eight with a link."""
    chance = random.Random(3)
    given = texts_of()
    whose = chance.choices(range(AUTHORS), [1 / (rank + 20) for rank in range(AUTHORS)], k=len(given))
    began = NOW - timedelta(days=21)
    step = timedelta(days=20) / len(given)
    made = []
    for at, (post, author) in enumerate(zip(given, whose, strict=True)):
        site = author if author % 5 == 0 else chance.randrange(500)  # one in five links to one site alone
        link = (f"https://site{site}.example/page{chance.randrange(20)}?utm_source=x",) if at % 8 == 0 else ()
        writer = Author(f"a{author}", f"a{author}", created=began - timedelta(days=author % 900, hours=1))
        made.append(Post(post.id, post.text, author=writer, published=began + step * at, lang="en", links=link))
    return made


class Given:
    """What the posts say, told without reading them."""

    def judge(self, texts: Sequence[str], given: Sequence[str] = (), seen: Sequence[int] = ()) -> Sequence[Judgement]:
        """The same for the same length of a text."""
        return [_SAID[len(text) % len(_SAID)] for text in texts]


_MOODS: tuple[Sentiment, ...] = ("negative", "neutral", "positive")
_SAID = [
    Judgement("en", 0.9, _MOODS[number % 3], 0.0, 0.8, number / 97, (number * 31 % 97) / 97, "other", 0.7)
    for number in range(97)
]


def rules(given: Sequence[Post]) -> tuple[list[RulePlan], list[WordList]]:
    """500 rules: most ask for words, some tied to what was found; 12 for history; 24 name lists, half of them seen
    through disguise."""
    chance = random.Random(11)
    written = topics([post.text for post in given], RULES)
    words = sorted({word.lower() for post in given[:20_000] for word in re.findall(r"[A-Za-z]{5,9}", post.text)})
    lists = [
        WordList(
            f"list{number}",
            tuple(_absent(chance) for _ in range(190)) + tuple(chance.sample(words, 10)),
            number % 2 == 0,
        )
        for number in range(8)
    ]
    whens = [*HISTORY, *(f"list:list{number % 8} AND NOT is:reply" for number in range(24))]
    for number, text in enumerate(written[: RULES - len(whens)]):
        tie = ("", " AND toxicity:>0.5", " AND sentiment:negative", " AND has:link")[number % 4]
        whens.append(f"({text}){tie}")
    thens: tuple[RuleOutcome, ...] = ("queue", "hide", "remove", "label", "warn")
    made = [
        RulePlan(
            number, f"rule {number}", when, thens[number % 5], "because", "shadow" if number % 10 == 0 else "live", "x"
        )
        for number, when in enumerate(whens, start=1)
    ]
    return made, lists


def _absent(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghiklmnoprstuvw", k=chance.randint(5, 9)))


def ours(given: Sequence[Post], ready: stages.Ready) -> tuple[float, int]:
    """Posts a second, and how many verdicts there were."""
    people: dict[str, Record] = defaultdict(Record)
    place = Place("forum", "Forum", owned=True)
    began = time.process_time()
    said = 0
    for at in range(0, len(given), BATCH):
        batch = given[at : at + BATCH]
        history = [people[post.author.id] for post in batch if post.author]
        outcomes = stages.run(batch, place, ready, now=NOW, history=history)
        said += sum(len(outcome.verdicts) for outcome in outcomes)
    return len(given) / (time.process_time() - began), said


Check = Callable[[str, Post, "Counters"], bool]


class Counters:
    """A rival's memory of one author."""

    def __init__(self) -> None:
        self.recent: deque[datetime] = deque()
        self.links: Counter[str] = Counter()
        self.sites: Counter[str] = Counter()
        self.all = self.removed = 0


def loop(given: Sequence[Post], plans: Sequence[RulePlan], lists: Sequence[WordList]) -> tuple[float, int]:
    """The same rules as compiled expressions and counters, one after another."""
    named = {one.name: re.compile(r"\b(?:" + "|".join(one.entries) + r")\b", re.IGNORECASE) for one in lists}
    checks = [_check(rule.when, named) for rule in plans]
    people: dict[str, Counters] = defaultdict(Counters)
    began = time.process_time()
    said = 0
    for post in given:
        assert post.author is not None
        assert post.published is not None
        known = people[post.author.id]
        while known.recent and known.recent[0] <= post.published - timedelta(days=1):
            known.recent.popleft()
        said += sum(check(post.text, post, known) for check in checks)
        known.recent.append(post.published)
        known.all += 1
        known.links.update(post.links)
        known.sites.update(link.split("/")[2] for link in post.links)
    return len(given) / (time.process_time() - began), said


def _check(when: str, named: dict[str, re.Pattern[str]]) -> Check:
    if when.startswith("list:"):
        words = named[when[5:].split()[0]]
        return lambda text, post, known: not post.parent and words.search(text) is not None
    if when.startswith("("):
        names = re.findall(r'"[^"]+"|#?[a-z]+\*?', when.partition(")")[0])
        parts = [re.escape(name.strip('"')).replace(r"\*", r"\w*") for name in names]
        pattern = re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)", re.IGNORECASE)
        return lambda text, post, known: pattern.search(text) is not None
    if "self_promotion" in when:
        return lambda text, post, known: known.all >= 4 and max(known.sites.values(), default=0) / known.all > 0.25
    if "same_links" in when:
        return lambda text, post, known: any(known.links[link] > 2 for link in post.links)
    return lambda text, post, known: len(known.recent) > 20


def replayed(given: Sequence[Post], plans: Sequence[RulePlan], lists: Sequence[WordList], number: int) -> None:
    """Store the posts and replay one rule, and all of them; seconds of the processor and of the clock."""
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        os.environ["HUBBUB_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from hubbub.connectors import Batch
        from hubbub.engine import replaying
        from hubbub.engine.take_in import take_in
        from hubbub.store.models import Source, Workspace

        workspace = Workspace.objects.create(name="Bench", slug="bench")
        source = Source.everywhere.create(workspace=workspace, name="Forum", kind="wordpress", owned=True)
        posts = [
            Post(f"{at}", post.text, author=post.author, published=post.published, lang="en", links=post.links)
            for at in range(number)
            for post in (given[at % len(given)],)
        ]
        for at in range(0, number, 2_000):
            take_in(source, Batch(posts=tuple(posts[at : at + 2_000]), cursor=""), now=NOW)
        for what, tried in (
            ("a rule of words", plans[100:101]),
            ("a rule of history", [plans[1]]),
            ("500 rules", plans),
        ):
            began, clock = time.process_time(), time.monotonic()
            replay = replaying.begin(workspace, tried, now=NOW, days=30)
            going = replaying.Replaying(workspace, replay, lists)
            while going.step():
                pass
            spent, clock = time.process_time() - began, time.monotonic() - clock
            touched = sum(tally.touched for tally in replay.tallies)
            print(
                f"replay of {replay.looked_at:,} posts, {what:18} {spent:6.1f} s, "
                f"by the clock {clock:.1f} s; {touched:,} hits",
                flush=True,
            )


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--replay", type=int, default=100_000, help="posts to store and replay; 0: none")
    options = asked.parse_args()
    given = posts()
    plans, lists = rules(given)
    began = time.process_time()
    ready = stages.Ready(Plan(rules=tuple(plans), lists=tuple(lists)), Given())
    gc.collect()
    gc.freeze()  # as the worker does once a plan is ready
    print(f"{len(given):,} posts, {len(plans)} rules, made ready in {time.process_time() - began:.1f} s")
    speeds = []
    for number in range(3):
        speed, said = ours(given, ready)
        speeds.append(speed)
        print(f"Hubbub, pass {number + 1:38}{speed:>12,.0f} posts/s  {said / len(given):.3f} verdicts a post")
    plain = [rule for rule in plans if not any(field in rule.when for field in _HISTORY)]
    speed, said = ours(given, stages.Ready(Plan(rules=tuple(plain), lists=tuple(lists)), Given()))
    print(f"Hubbub, first pass, without the rules of history{speed:>12,.0f} posts/s")
    few = given[:3_000]
    theirs, said = loop(few, plans, lists)
    print(f"a loop of expressions and counters             {theirs:>12,.0f} posts/s  {said / len(few):.3f} hits a post")
    print(f"times the loop: {speeds[0] / theirs:.0f} (first pass)")
    sys.stdout.flush()
    if options.replay:
        replayed(given, plans, lists, options.replay)


_HISTORY = ("posts_24h", "self_promotion", "same_links", "removed_share", "strikes", "account_age")

if __name__ == "__main__":
    main()
