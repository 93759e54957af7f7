"""What the tables know about posts, as core's Facts: topics, standing of the author, what we did."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from hubbub.core import post as shapes
from hubbub.core.facts import Analysis, Counts, Facts, Handling, Standing
from hubbub.core.standing import HISTORY, Counted, Past

from .models import Mention, Post
from .standing import Moment, before


class Written(Struct, gc=False):
    """A stored post as its author's history has it."""

    id: int
    post: shapes.Post
    published: datetime
    taken: datetime
    person: int | None  # None: nobody known, or ourselves
    created: datetime | None  # when the account was made


def facts_of(posts: Sequence[Post], asked: frozenset[str] = HISTORY) -> list[Facts]:
    """One Facts a post of one workspace, in their order; `asked`: the fields that somebody asks for. A few queries for
    all; the posts should come with `author` and `conversation__assignee__user` loaded. What nobody counts yet stays
    None: not known."""
    topics = topics_of([post.pk for post in posts])
    written = [
        Written(
            post.pk,
            post.shape(),
            post.published,
            post.taken,
            post.author.person_id if post.author and not post.ours else None,
            post.author.account_created if post.author else None,
        )
        for post in posts
    ]
    known = standings(posts[0].workspace_id, written, asked) if posts else []
    return [
        Facts(
            analysis=_analysis(post, frozenset(topics[post.pk])),
            standing=standing,
            handling=_handling(post),
        )
        for post, standing in zip(posts, known, strict=True)
    ]


def _analysis(post: Post, topics: frozenset[str]) -> Analysis:
    held = post.judgement
    return Analysis(topics, held.sentiment, held.intent, held.toxicity, held.spam)


def topics_of(posts: Sequence[int]) -> Mapping[int, set[str]]:
    """The names of the topics that caught each post, by its id; none for a post that no topic caught."""
    found: dict[int, set[str]] = defaultdict(set)
    mentions = Mention.everywhere.filter(post__in=posts)
    for post, name in mentions.values_list("post_id", "topic__name"):
        found[post].add(name)
    return found


def standings(workspace: int, written: Sequence[Written], asked: frozenset[str]) -> list[Counts]:
    """Of their authors when the posts of a workspace (its id) were written and read, in their order; but in what
    relationships they stand is said as of now."""
    ages = [one.published - one.created if one.created else None for one in written]
    if not asked & HISTORY:
        return [Standing(account_age=age) for age in ages]
    moments = [Moment(one.person, one.published) for one in written]
    found: list[Counts] = []
    records = before(workspace, moments, asked, now=True)
    for one, age, record in zip(written, ages, records, strict=True):
        past = record.at(one.published, one.id) or Past(one.post, one.published, one.id)
        found.append(Counted(record, past, one.taken, age))
    return found


def handling(decision: str, status: str | None, assignee: str | None, answered: datetime | None) -> Handling:
    """What we did with a post. `status` None: it is in no conversation; `assignee` is an e-mail address."""
    if status is None:
        return Handling(decision=decision, answered=False, tags=frozenset())
    return Handling(
        status=status, assignee=assignee or "", answered=answered is not None, decision=decision, tags=frozenset()
    )


def _handling(post: Post) -> Handling:
    talk = post.conversation
    if talk is None:
        return handling(post.decision, None, None, None)
    assignee = talk.assignee.user.email if talk.assignee else None
    return handling(post.decision, talk.status, assignee, talk.answered)
