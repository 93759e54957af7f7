"""What the tables know about posts, as core's Facts: topics, standing of the author, what we did."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from hubbub.core import post as shapes
from hubbub.core.facts import Analysis, Counts, Facts, Handling, Standing
from hubbub.core.standing import HISTORY, Counted, Past

from .models import Conversation, Mention, Post
from .standing import Moment, before

NO_TAGS: frozenset[str] = frozenset()
Caught = tuple[set[str], set[str]]  # names and kinds of topics


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
    tags = tags_of([post.conversation_id for post in posts if post.conversation_id]) if "tag" in asked else {}
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
            analysis=_analysis(post, topics[post.pk]),
            standing=standing,
            handling=_handling(post, tags),
        )
        for post, standing in zip(posts, known, strict=True)
    ]


def _analysis(post: Post, caught: Caught) -> Analysis:
    held = post.judgement
    names, kinds = caught
    return Analysis(frozenset(names), held.sentiment, held.intent, held.toxicity, held.spam, frozenset(kinds))


def topics_of(posts: Sequence[int]) -> Mapping[int, Caught]:
    """The topics that caught each post, by its id; none for a post that no topic caught."""
    found: dict[int, Caught] = defaultdict(lambda: (set(), set()))
    mentions = Mention.everywhere.filter(post__in=posts)
    for post, name, kind in mentions.values_list("post_id", "topic__name", "topic__kind"):
        names, kinds = found[post]
        names.add(name)
        kinds.add(kind)
    return found


def tags_of(conversations: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """The names of the tags on each conversation, by its id; those without are left out."""
    found: dict[int, set[str]] = defaultdict(set)
    put = Conversation.tags.through._default_manager.filter(conversation__in=set(conversations))
    for talk, name in put.values_list("conversation_id", "tag__name"):
        found[talk].add(name)
    return {talk: frozenset(names) for talk, names in found.items()}


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


class Talk(Struct, frozen=True, gc=False):
    """What a query can ask of a post's conversation."""

    status: str
    priority: str
    assignee: str | None  # an e-mail address
    team: str | None
    answered: datetime | None
    tags: frozenset[str] = NO_TAGS


def handling(decision: str, talk: Talk | None) -> Handling:
    """What we did with a post. `talk` None: it is in no conversation."""
    if talk is None:
        return Handling(decision=decision, answered=False, tags=NO_TAGS)
    return Handling(
        status=talk.status,
        assignee=talk.assignee or "",
        team=talk.team or "",
        priority=talk.priority,
        answered=talk.answered is not None,
        decision=decision,
        tags=talk.tags,
    )


def _handling(post: Post, tags: Mapping[int, frozenset[str]]) -> Handling:
    talk = post.conversation
    if talk is None:
        return handling(post.decision, None)
    assignee = talk.assignee.user.email if talk.assignee else None
    team = talk.team.name if talk.team else None
    on = tags.get(talk.pk, NO_TAGS)
    return handling(post.decision, Talk(talk.status, talk.priority, assignee, team, talk.answered, on))
