"""How far a judgement can be trusted: counted from what people corrected, and what to ask people next.

- The interval of a share is Wilson's (E. B. Wilson, "Probable inference, the law of succession, and statistical
  inference", J. American Statistical Association 22, 1927): it stays within 0 and 1 and holds for few posts.
- Macro recall is the mean of the classes' recalls: each class counts the same, however rare.
- What to ask is the least sure first (D. D. Lewis, W. A. Gale, "A sequential algorithm for training text classifiers",
  SIGIR 1994), one of each group of near-alike posts, and from each class in turn, the one with the fewest labels first.

Posts that were asked for because the model was unsure are harder than the rest. Accuracy that is counted on them alone
is therefore lower than on all posts: count those that people corrected or confirmed of their own accord, where there
are enough of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from operator import attrgetter

from msgspec import Struct

Z = 1.959963984540054  # a normal value lies within this many standard deviations 95 times in 100


class Share(Struct, frozen=True):
    """`hits` of `of`, and the interval that holds the true share 95 times in 100. None where nothing was counted."""

    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class Class(Struct, frozen=True):
    """One class of a judgement, seen from both sides."""

    name: str
    right: Share  # of the posts that were judged so, those that are so (precision)
    found: Share  # of the posts that are so, those that were judged so (recall)


class Trust(Struct, frozen=True):
    """What the pairs of one judgement show."""

    classes: tuple[Class, ...]
    right: Share  # over all classes
    macro_recall: float | None  # mean of the classes' recalls; None without any pair
    confusion: Mapping[tuple[str, str], int]  # (judged, true): posts


class Askable(Struct, frozen=True):
    """A post whose label would teach something."""

    id: int
    judged: str
    sure: float  # 0 to 1
    alike: int | None = None  # its group of near-alike posts; None: it is alone


def share(hits: int, of: int) -> Share:
    """Wilson's interval around hits/of."""
    if of <= 0:
        return Share(hits, of, None, None, None)
    p, zz = hits / of, Z * Z
    middle = (p + zz / (2 * of)) / (1 + zz / of)
    half = _half(p, of)
    low = 0.0 if hits == 0 else max(0.0, middle - half)  # the formula's own ends; rounding would miss them
    high = 1.0 if hits == of else min(1.0, middle + half)
    return Share(hits, of, p, low, high)


def trust(pairs: Iterable[tuple[str, str]], classes: Sequence[str]) -> Trust:
    """Accuracy from pairs of (what was judged, what a person said it is).

    A judged value outside `classes` (say "" for "not judged") counts against recall and for no class' precision.
    """
    confusion = Counter(pairs)
    judged: Counter[str] = Counter()
    true: Counter[str] = Counter()
    for (said, meant), posts in confusion.items():
        judged[said] += posts
        true[meant] += posts
    rows = tuple(
        Class(name, share(confusion[name, name], judged[name]), share(confusion[name, name], true[name]))
        for name in classes
    )
    recalls = [row.found.share for row in rows if row.found.share is not None]
    return Trust(
        classes=rows,
        right=share(sum(confusion[name, name] for name in classes), sum(true.values())),
        macro_recall=sum(recalls) / len(recalls) if recalls else None,
        confusion=dict(confusion),
    )


def more_labels(found: Share, within: float = 0.05) -> int | None:
    """How many labels more until the interval is no wider than ± `within`. None: nothing was counted, so that nobody
    can tell. The share is taken from the middle of today's interval: of three right answers all are right, but not
    likely of the next hundred."""
    if found.low is None or found.high is None:
        return None
    likely = (found.low + found.high) / 2
    low, high = found.of, max(found.of, 1)
    while _half(likely, high) > within:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        if middle and _half(likely, middle) <= within:
            high = middle
        else:
            low = middle + 1
    return high - found.of


def _half(p: float, of: int) -> float:
    """Half the width of Wilson's interval."""
    return Z * sqrt(p * (1 - p) / of + Z * Z / (4 * of * of)) / (1 + Z * Z / of)


def teaching(posts: Iterable[Askable], labels: Mapping[str, int], wanted: int = 20) -> list[int]:
    """The ids of the posts to ask labels for, most teaching first.

    `labels` is how many labels each class has already. Posts of one group, and equal ids, are asked for once. The same
    posts in another order give the same answer.
    """
    seen: set[tuple[str, int]] = set()
    queues: dict[str, list[int]] = {}
    for post in sorted(posts, key=attrgetter("sure", "id")):
        group = ("post", post.id) if post.alike is None else ("group", post.alike)
        if group in seen or ("post", post.id) in seen:
            continue
        seen.update((group, ("post", post.id)))
        queues.setdefault(post.judged, []).append(post.id)
    counts = {name: labels.get(name, 0) for name in queues}
    places = dict.fromkeys(queues, 0)
    chosen: list[int] = []
    while len(chosen) < wanted:
        left = [name for name, queue in queues.items() if places[name] < len(queue)]
        if not left:
            break
        name = min(left, key=lambda one: (counts[one], one))
        chosen.append(queues[name][places[name]])
        places[name] += 1
        counts[name] += 1
    return chosen
