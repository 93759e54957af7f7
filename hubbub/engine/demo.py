"""A demo workspace: made-up posts of a made-up coffee roaster, through the same pipeline as real ones."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from hubbub.connectors import Batch
from hubbub.core.post import Author, Post
from hubbub.store.audit import audit
from hubbub.store.models import (
    Conversation,
    Kpi,
    Objective,
    Rule,
    RuleState,
    Source,
    SourceState,
    System,
    Target,
    Topic,
    Workspace,
)

from . import demo_engaging
from .take_in import take_in

DAYS = 60
POSTS = 900
SEED = 20261122  # the same demo everywhere

PEOPLE = (
    "Mara Lind", "Theo Okafor", "Jun Sato", "Ines Duarte", "Olu Bello", "Petra Novak", "Sam Reyes", "Aino Salo",
    "Ravi Menon", "Clara Weiss", "Bruno Costa", "Lena Fischer", "Yusuf Demir", "Nia Evans", "Tomas Vrba", "Kim Park",
)  # fmt: skip
PRODUCTS = ("Rocket Blend", "the Orbit grinder", "the decaf", "the subscription box", "the Apollo espresso")
SAYINGS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    # kind, weight, what is said; {p} is a product, {n} a number
    ("praise", 5, (
        "Honestly, {p} from Rocket Coffee is the best thing that happened to my mornings.",
        "Third bag of {p} and still in love. Thank you @rocketcoffee!",
        "Rocket Coffee shipped my order in a day. {p} is wonderful.",
    )),
    ("complaint", 4, (
        "My parcel from Rocket Coffee is {n} days late and nobody answers. Where is {p}?",
        "{p} arrived with a torn bag. Not what I expect from Rocket Coffee.",
        "The Rocket Coffee app logs me out every {n} minutes. Please fix it.",
    )),
    ("question", 4, (
        "Does anybody know whether {p} by Rocket Coffee works in a moka pot?",
        "How long does {p} stay fresh after opening? #rocketcoffee",
        "@rocketcoffee do you ship to Norway?",
    )),
    ("rival", 3, (
        "Tried Moonbean again. Cheaper, but flat. Their new roast does not convince me.",
        "Moonbean has a sale on: {n} percent off everything this week.",
        "Moonbean or Rocket Coffee for a beginner?",
    )),
    ("field", 4, (
        "Coffee prices rose again this month, says the growers' association.",
        "What grinder do you use for filter coffee?",
        "A long read about how espresso came to the north.",
    )),
    ("promotion", 1, (
        "BEST COFFEE DEALS at https://cheap-beans.example/{n} click now!!!",
        "I made {n}00 dollars a week from home, ask me how: https://cheap-beans.example/win",
    )),
)  # fmt: skip
US = Author("rocketcoffee", "rocketcoffee", "Rocket Coffee")
ANSWERED = {"praise": 0.5, "complaint": 0.75, "question": 0.8}  # how often we did, in the demo
ANSWERS = {
    "praise": "Thank you! That made our day.",
    "complaint": "We are sorry about that. We have written to you to put it right.",
    "question": "Good question: it does. If you want to know more, just ask.",
}
PLACES = (
    ("Comments on our blog", True, "comment"),
    ("Coffee forum", False, "post"),
    ("Reviews", False, "review"),
)
TOPICS = (
    ("Rocket Coffee", "brand", '"rocket coffee" OR #rocketcoffee OR @rocketcoffee OR "rocket blend"'),
    ("Moonbean", "competitor", "moonbean"),
    ("Coffee at home", "industry", "(coffee OR espresso) AND (grinder OR filter OR price* OR moka)"),
)


def fill(workspace: Workspace, *, by: System, now: datetime) -> None:
    """Topics, a rule, an objective with its target, and posts of the last weeks."""
    with transaction.atomic():
        Workspace.objects.filter(pk=workspace.pk).update(made_up=True, guided=True)
        workspace.refresh_from_db()
        topics = [
            Topic.everywhere.create(workspace=workspace, name=name, kind=kind, query=query)
            for name, kind, query in TOPICS
        ]
        rule = Rule.everywhere.create(
            workspace=workspace,
            name="Links to bargain sites",
            policy="self-promotion",
            when="site:cheap-beans.example",
            then="queue",
            state=RuleState.LIVE,
            because="Links to a shop that is advertised under many posts",
        )
        for row in (*topics, rule):
            audit(row, "create", by=by, why="Made for the demo")
        workspace.plan_changed()
    said = _posts(now)
    for name, owned, kind in PLACES:
        source = Source.everywhere.create(
            workspace=workspace,
            name=name,
            kind="files",
            state=SourceState.FINISHED,
            owned=owned,
            account=US.id,
            last_success=now,
        )
        mine = [post for post in said if post.type == kind]
        # week by week, as if it had been read all along
        for week in range(DAYS // 7 + 1, -1, -1):
            end = now - timedelta(weeks=week)
            batch = [post for post in mine if post.published and end - timedelta(weeks=1) < post.published <= end]
            take_in(source, Batch(posts=batch, cursor=""), now=end)
    Conversation.of(workspace).filter(answered__isnull=False).update(status="done", closed=F("answered"))
    Conversation.of(workspace).filter(last_post__lt=now - timedelta(days=10)).update(status="done", closed=now)
    _plan(workspace, topics[0], by=by, now=now)
    demo_engaging.fill(workspace, by=by, now=now)


def _posts(now: datetime) -> list[Post]:
    chance = random.Random(SEED)  # noqa: S311  # a demo, not a secret
    kinds = [kind for _, _, kind in PLACES]
    said = []
    for number in range(POSTS):
        what, _, sayings = chance.choices(SAYINGS, [weight for _, weight, _ in SAYINGS])[0]
        kind = chance.choices(kinds, [5, 4, 2])[0]
        name = chance.choice(PEOPLE) if what != "promotion" else "Best Deals"
        post = _post(number, name, kind, what, chance.choice(sayings), chance, now)
        said.append(post)
        if what in ANSWERED and chance.random() < ANSWERED[what]:
            said.append(_answer(post, what, chance, now))
    return said


def _answer(post: Post, what: str, chance: random.Random, now: datetime) -> Post:
    asked = post.published or now
    return Post(
        id=f"{post.id}-answer",
        text=ANSWERS[what],
        type=post.type,
        author=US,
        published=min(now, asked + timedelta(hours=chance.lognormvariate(1.2, 0.8))),
        lang="en",
        parent=post.id,
        thread=post.thread,
    )


def _post(number: int, name: str, kind: str, what: str, saying: str, chance: random.Random, now: datetime) -> Post:
    # more is said by day than by night, and more lately than before
    back = DAYS * (1 - chance.random() ** 0.7)
    when = now - timedelta(days=back, minutes=chance.random() * 60)
    text = saying.format(p=chance.choice(PRODUCTS), n=chance.randint(2, 9))
    handle = name.lower().replace(" ", "")
    return Post(
        id=f"demo-{number}",
        text=text,
        type="comment" if kind == "comment" else "review" if kind == "review" else "post",
        author=Author(handle, handle, name, created=now - timedelta(days=chance.randint(2, 2000))),
        published=when,
        lang="en",
        thread=f"article-{number % 12}" if kind == "comment" else "",
        rating={"praise": 5.0, "complaint": 2.0}.get(what, 4.0) if kind == "review" else None,
        likes=chance.randint(0, 40),
        links=tuple(word for word in text.split() if word.startswith("https://")),
    )


def _plan(workspace: Workspace, brand: Topic, *, by: System, now: datetime) -> None:
    wanted: Sequence[tuple[str, str, str, float, float]] = (
        ("complaints", "No complaint stays unanswered", "answered_share", 0.3, 0.9),
        ("fans", "More people speak of us", "mentions", 250, 500),
    )
    with transaction.atomic():
        for kind, name, measure, baseline, value in wanted:
            objective = Objective.everywhere.create(workspace=workspace, kind=kind, name=name)
            kpi = Kpi.everywhere.create(
                workspace=workspace,
                objective=objective,
                measure=measure,
                topic=brand if measure == "mentions" else None,
            )
            target = Target.everywhere.create(
                workspace=workspace,
                kpi=kpi,
                value=value,
                by_day=(now + timedelta(days=60)).date(),
                baseline=baseline,
                set_by=str(by),
                set_at=now - timedelta(days=30),
                why="An example",
            )
            for row in (objective, kpi, target):
                audit(row, "create", by=by, why="Made for the demo")
