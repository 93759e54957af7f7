"""What the tables know about posts, as core's Facts: topics, standing of the author, what we did."""

from collections import defaultdict
from collections.abc import Sequence

from hubbub.core.facts import Analysis, Facts, Handling, Standing

from .models import Mention, Post


def facts_of(posts: Sequence[Post]) -> list[Facts]:
    """One Facts a post, in their order. One query for the topics of all; the posts should come with `author` and
    `conversation__assignee__user` loaded. What nobody counts yet stays None: not known."""
    topics: dict[int, set[str]] = defaultdict(set)
    found = Mention.everywhere.filter(post__in=[post.pk for post in posts]).values_list("post_id", "topic__name")
    for post_id, name in found:
        topics[post_id].add(name)
    return [
        Facts(analysis=Analysis(topics=frozenset(topics[post.pk])), standing=_standing(post), handling=_handling(post))
        for post in posts
    ]


def _standing(post: Post) -> Standing:
    created = post.author.account_created if post.author else None
    return Standing(account_age=post.published - created if created else None)


def _handling(post: Post) -> Handling:
    conversation = post.conversation
    if conversation is None:
        return Handling(decision=post.decision, answered=False, tags=frozenset())
    assignee = conversation.assignee
    return Handling(
        status=conversation.status,
        assignee=assignee.user.email if assignee else "",
        answered=conversation.answered is not None,
        decision=post.decision,
        tags=frozenset(),
    )
