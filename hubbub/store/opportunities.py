"""Opportunities: found by the loop among new mentions of rivals and of our field, weighed, let go; and taken."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Min, Q
from msgspec import convert, to_builtins
from msgspec.structs import replace

from hubbub.core.fit import Fit, Place, Seen, Weights, fit, order
from hubbub.core.influence import echo
from hubbub.core.plan import TopicKind
from hubbub.core.query.reading import asks
from hubbub.core.stages import Outcome

from .fresh import Fresh
from .models import (
    Author,
    Conversation,
    HouseRules,
    Mention,
    Opportunity,
    OpportunityState,
    Post,
    Scouting,
    Source,
    Topic,
    Workspace,
)
from .models import (
    TopicKind as Kinds,
)
from .threads import join_conversations

AT_ONCE = 500  # mentions looked at in one step
PAUSE = timedelta(seconds=30)  # between two looks where nothing new came
SETTLED = timedelta(seconds=15)  # a batch that is being saved meanwhile has smaller ids than what stands there already
MOST_OPEN = 2_000  # of one workspace; what fits least is let go
KINDS = (Kinds.COMPETITOR, Kinds.INDUSTRY)
Thread = tuple[int, str]  # source, thread


def scouting_of(workspace: Workspace) -> Scouting:
    """How this workspace looks; made when first needed, so that it begins with what is still fresh."""
    row = Scouting.of(workspace).first()
    return row or Scouting.everywhere.get_or_create(workspace=workspace)[0]


def weights(row: Scouting) -> Weights:
    """What it holds for a good opportunity."""
    known = {name: value for name, value in row.weights.items() if name in Weights.__struct_fields__}
    return convert(known, Weights)


def step(now: datetime) -> bool:
    """Look through some new mentions of one workspace. False: none is to be looked through now."""
    row = _claim(now)
    if row is None:
        return False
    with transaction.atomic():
        more = _look(row, now)
        _end(row, now)
        if more:
            Scouting.everywhere.filter(pk=row.pk).update(due=now)
    return True


def _claim(now: datetime) -> Scouting | None:
    due = Scouting.everywhere.filter(Q(due__isnull=True) | Q(due__lte=now))
    for pk in due.order_by("due", "pk").values_list("pk", flat=True)[:5]:
        if due.filter(pk=pk).update(due=now + PAUSE):
            return Scouting.everywhere.select_related("workspace").get(pk=pk)
    for workspace in Workspace.objects.exclude(pk__in=Scouting.everywhere.values("workspace"))[:1]:
        own, made = Scouting.everywhere.get_or_create(workspace=workspace, defaults={"due": now + PAUSE})
        if made:
            return own
    return None


def _look(row: Scouting, now: datetime) -> bool:
    """Take up what is new. True: there is more."""
    own = weights(row)
    since = now - timedelta(days=own.days)
    looked = row.looked or _begin(row.workspace, since)
    kinds: dict[int, str] = dict(Topic.of(row.workspace).filter(kind__in=KINDS).values_list("pk", "kind"))
    new = list(
        Mention.of(row.workspace)
        .filter(pk__gt=looked, post__taken__lt=now - SETTLED)
        .order_by("pk")
        .values_list("pk", "post", "topic", "published")[:AT_ONCE]
    )
    if not new:
        return False
    posts = {post for _, post, topic, published in new if topic in kinds and published >= since}
    take_up(row.workspace, posts, own, now)
    Scouting.everywhere.filter(pk=row.pk).update(looked=new[-1][0])
    return len(new) == AT_ONCE


def _begin(workspace: Workspace, since: datetime) -> int:
    topics = list(Topic.of(workspace).filter(kind__in=KINDS).values_list("pk", flat=True))
    fresh = Mention.everywhere.filter(topic__in=topics, published__gte=since)
    return (fresh.aggregate(first=Min("pk"))["first"] or 1) - 1


def take_up(workspace: Workspace, posts: Collection[int], own: Weights, now: datetime) -> int:
    """Weigh these posts of a workspace; gives how many threads are offered anew or better than before."""
    candidates = [post for post in _posts(workspace, posts) if _may(post)]
    ours = our_threads(workspace, now - timedelta(days=own.days))
    best: dict[Thread, tuple[Post, Fit, list[str]]] = {}
    for post, seen, names in weighed(workspace, candidates):
        key = thread_of(post)
        found = fit(seen, own)
        if (
            key not in ours
            and 100 * found.static >= own.least
            and (key not in best or found.order > best[key][1].order)
        ):
            best[key] = (post, found, names)
    return sum(_keep(workspace, key, *one, now) for key, one in best.items())


def _posts(workspace: Workspace, posts: Collection[int]) -> Iterable[Post]:
    return Post.of(workspace).filter(pk__in=posts).select_related("author", "source").order_by("published", "pk")


def _may(post: Post) -> bool:
    """Whether we could join there: said in public, by somebody else, in a place that is not ours, not in the inbox."""
    return not (
        post.ours
        or post.source.owned
        or post.repost
        or post.state != "visible"
        or post.type == "message"
        or post.conversation_id is not None
    )


def thread_of(post: Post) -> Thread:
    """The thread that a post stands in, as its network has it."""
    return post.source_id, post.thread or post.native_id


def our_threads(workspace: Workspace, since: datetime) -> set[Thread]:
    """Where our own accounts have spoken lately."""
    accounts = Source.of(workspace).exclude(account="").values_list("account", flat=True)
    authors = list(Author.of(workspace).filter(native_id__in=set(accounts)).values_list("pk", flat=True))
    said = Post.everywhere.filter(author__in=authors, published__gte=since, ours=True)
    return {
        (source, name)
        for source, thread, native in said.values_list("source", "thread", "native_id")
        for name in {thread, native}
    }


def weighed(workspace: Workspace, posts: Sequence[Post]) -> list[tuple[Post, Seen, list[str]]]:
    """Each post with what its fit hangs on and the names of the topics of rivals and our field that caught it."""
    caught: dict[int, list[tuple[str, str]]] = {}
    found = Mention.of(workspace).filter(post__in=[post.pk for post in posts], topic__kind__in=KINDS)
    for post, name, kind in found.order_by("topic__name").values_list("post", "topic__name", "topic__kind"):
        caught.setdefault(post, []).append((name, kind))
    rules = house_rules(workspace)
    return [
        (post, _seen(post, {kind for _, kind in caught[post.pk]}, rules), [name for name, _ in caught[post.pk]])
        for post in posts
        if post.pk in caught
    ]


def house_rules(workspace: Workspace) -> Mapping[int, str]:
    """Source → what its place allows, where somebody has read it."""
    return dict(HouseRules.of(workspace).values_list("source", "stance"))


def _seen(post: Post, kinds: Collection[str], rules: Mapping[int, str]) -> Seen:
    held = post.judgement
    return Seen(
        published=post.published,
        kinds=frozenset(cast("Collection[TopicKind]", kinds)),
        sentiment=held.sentiment,
        intent=held.intent,
        asks=asks(f"{post.title}\n{post.text}"),
        followers=post.author.followers if post.author else None,
        echo=echo(post.likes, post.replies, post.shares),
        place=cast("Place", rules.get(post.source_id, "")),
        can_reply="reply" in post.source.can,
    )


def _keep(workspace: Workspace, key: Thread, post: Post, found: Fit, names: list[str], now: datetime) -> bool:
    source, thread = key
    fields = {**fields_of(found), "post": post, "topics": names, "published": post.published}
    row, made = Opportunity.everywhere.get_or_create(
        workspace=workspace, source_id=source, thread=thread, defaults={**fields, "found": now}
    )
    if made:
        return True
    again = Opportunity.of(workspace).filter(pk=row.pk, state__in=[OpportunityState.LAPSED, OpportunityState.OPEN])
    again = again.filter(order__lt=found.order).exclude(post=post)
    return bool(again.update(**fields, state=OpportunityState.OPEN, at=None))


def is_fresh(row: Opportunity, own: Weights, now: datetime) -> bool:
    """Whether it can stand open, or lapses at once."""
    return row.published >= now - timedelta(days=own.days)


def freshen(row: Opportunity, own: Weights, now: datetime) -> None:
    """As if it had been said now; saves nothing."""
    row.published, row.order = now, order(row.static, now, own)


def fields_of(found: Fit) -> dict[str, object]:
    """The columns that hold a fit."""
    return {"parts": to_builtins(found.parts), "static": found.static, "order": found.order}


def reweigh(workspace: Workspace, own: Weights, rows: Collection[Opportunity]) -> None:
    """Weigh open ones anew, after what they hang on has changed."""
    by_post = {row.post_id: row for row in rows}
    changed = []
    for post, seen, _ in weighed(workspace, list(_posts(workspace, by_post))):
        row = by_post[post.pk]
        since = replace(seen, published=row.published)  # also of one that was brought back
        for name, value in fields_of(fit(since, own)).items():
            setattr(row, name, value)
        changed.append(row)
    Opportunity.everywhere.bulk_update(changed, ["parts", "static", "order"], batch_size=200)


def _end(row: Scouting, now: datetime) -> None:
    """Let go what is no longer fresh, and what cannot be joined any more."""
    own = weights(row)
    is_open = Opportunity.of(row.workspace).filter(state=OpportunityState.OPEN)
    is_open.filter(published__lt=now - timedelta(days=own.days)).update(state=OpportunityState.LAPSED, at=now)
    gone = is_open.filter(~Q(post__state="visible") | Q(post__conversation__isnull=False)).values_list("pk", flat=True)
    over = set(gone)
    ours = our_threads(row.workspace, now - timedelta(days=own.days))
    if ours:
        over |= {pk for pk, *key in is_open.values_list("pk", "source", "thread") if tuple(key) in ours}
    Opportunity.of(row.workspace).filter(pk__in=over, state=OpportunityState.OPEN).update(
        state=OpportunityState.OVER, at=now
    )
    last = is_open.order_by("-order", "-id").values_list("pk", flat=True)[MOST_OPEN:]
    if least := list(last[:AT_ONCE]):
        Opportunity.of(row.workspace).filter(pk__in=least).update(state=OpportunityState.LAPSED, at=now)


def open_thread(post: Post) -> Conversation | None:
    """Put the thread of a stored post into the inbox, as if it had deserved an answer when it came. What comes after
    it joins by itself. Call it in a transaction. None: the post is gone."""
    held = Post.of(post.workspace).select_for_update(of=("self",)).select_related("author", "source")
    fresh = held.filter(pk=post.pk).first()
    if fresh is None:
        return None
    if fresh.conversation_id is None:
        row = Fresh(
            id=fresh.pk,
            outcome=Outcome(fresh.shape(), deserves_answer=True),
            published=fresh.published,
            author=fresh.author_id,
            ours=fresh.ours,
            state=fresh.shape().state,
        )
        join_conversations(fresh.source, [row], stored=True)
        Post.of(post.workspace).filter(pk=fresh.pk).update(conversation=row.conversation, waits=row.waits)
        fresh.conversation_id = row.conversation
    return Conversation.of(post.workspace).filter(pk=fresh.conversation_id or 0).first()
