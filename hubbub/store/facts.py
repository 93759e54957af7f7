"""What the tables know about posts, as core's Facts: topics, standing of the author, what we did."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from hubbub.core.facts import Analysis, Facts, Handling, Standing

from .models import Mention, Post


def facts_of(posts: Sequence[Post]) -> list[Facts]:
    """One Facts a post, in their order. One query for the topics of all; the posts should come with `author` and
    `conversation__assignee__user` loaded. What nobody counts yet stays None: not known."""
    topics = topics_of([post.pk for post in posts])
    return [
        Facts(
            analysis=_analysis(post, frozenset(topics[post.pk])),
            standing=standing(post.published, post.author.account_created if post.author else None),
            handling=_handling(post),
        )
        for post in posts
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


def standing(published: datetime, account_created: datetime | None) -> Standing:
    """Of an author when the post was written."""
    return Standing(account_age=published - account_created if account_created else None)


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
