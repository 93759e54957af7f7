"""What the room reads: topics with their numbers, sources with their health, the stream, one post."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count as Counted
from django.db.models import Q, QuerySet, Sum
from django.utils.timesince import timesince
from msgspec import Struct, structs

from hubbub.connectors import connectors
from hubbub.core import query as language
from hubbub.store.hit_count import Count, count, count_topic
from hubbub.store.models import (
    Account,
    AccountState,
    Audit,
    Mention,
    Post,
    Source,
    SourceState,
    Topic,
    Verdict,
    Workspace,
)
from hubbub.store.search import Before, Found, search, search_topic
from hubbub.store.stretches import Span

from .versions import CaughtBy, caught_by

Spans = Sequence[Sequence[str | int]]

GROUP = 1_000  # posts of a group that are listed, the newest
EXCERPT = 360  # characters of a post in a list
LEAD = 120  # of them before the first matched word
THREAD = 20  # posts of a thread before and after the one that is shown
KEEPS_UP = timedelta(minutes=1)  # behind by less than this, a stream is up to date

# health → tone, words
HEALTH: dict[str, tuple[str, str]] = {
    "well": ("good", "Listening"),
    "new": ("accent", "Not read yet"),
    "late": ("warn", "Late"),
    "failing": ("warn", "Failing, will be tried again"),
    "broken": ("bad", "Needs a look"),
    "paused": ("", "Paused"),
    "finished": ("good", "Read to the end"),
}


class SourceRow(Struct, frozen=True):
    """A source as it does now, in words."""

    source: Source
    network: str  # the connector's label
    health: str
    tone: str
    says: str
    busy: bool  # it is being read, or will be in a moment: worth looking again soon
    share: int | None  # of a read that has an end: per cent
    file: str  # what the person called the file that it reads
    account: Account | None  # of ours there
    signed_out: bool  # its account must be signed in again
    behind: str  # of a source that is read by its stream: how far behind it is, in words; "": it keeps up


def source_row(source: Source, *, now: datetime) -> SourceRow:
    """How one source does."""
    health = source.health(now)
    tone, says = HEALTH[health]
    known = connectors().get(source.kind)
    behind = source.behind(now)
    active = source.state == SourceState.ACTIVE
    reading = active and source.lease_until is not None and source.lease_until > now
    if active and source.done is not None and source.total and source.done < source.total and not source.error:
        tone, says = "accent", "Reading"
    account = source.our_account
    signed_out = bool(account and source.signed_in and account.state == AccountState.REFUSED)
    rests = bool(active and account and account.rests(now))
    if signed_out:
        health, tone, says = "broken", "bad", "Signed out"
    elif rests and account and account.resting_until:
        tone, says = "", f"Resting until {account.resting_until:%H:%M} UTC, as its network asked"
    return SourceRow(
        source=source,
        network=known.label if known else f"{source.kind}, which is not installed any more",
        health=health,
        tone=tone,
        says=says,
        busy=reading or (active and not signed_out and not rests and source.due <= now + timedelta(seconds=5)),
        share=min(100, 100 * source.done // source.total) if source.done is not None and source.total else None,
        file=next((str(value) for name, value in dict(source.settings).items() if name.endswith("_name")), ""),
        account=account,
        signed_out=signed_out,
        behind=timesince(now - behind, now) if behind and behind > KEEPS_UP else "",
    )


def source_rows(workspace: Workspace, *, now: datetime) -> list[SourceRow]:
    """All sources, what needs a look first."""
    order = ["broken", "failing", "late", "new", "well", "finished", "paused"]
    rows = [
        source_row(source, now=now) for source in Source.of(workspace).select_related("our_account").order_by("name")
    ]
    return sorted(rows, key=lambda row: order.index(row.health))


def signed_out(workspace: Workspace) -> list[Account]:
    """Accounts that must be signed in again before their sources go on."""
    refused = Account.of(workspace).filter(state=AccountState.REFUSED, sources__signed_in=True)
    return list(refused.distinct().order_by("name"))


class Choice(Struct, frozen=True):
    """Which posts the stream shows; times are UTC, `until` is not included."""

    topic: Topic | None = None
    source: Source | None = None
    everything: bool = False  # also what no topic caught
    since: datetime | None = None
    until: datetime | None = None
    once: bool = False  # of posts that say the same, only the first
    like: Post | None = None  # only posts that say the same as this one, it among them


def day_of(text: str) -> tuple[datetime, datetime] | None:
    """The beginning and the end of a day written as 2026-01-31; None where it is none."""
    try:
        day = date.fromisoformat(text)
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return start, start + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def moment_of(text: str) -> datetime | None:
    """A moment written as 2026-01-31T12 or longer, in UTC; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def stream(
    workspace: Workspace,
    choice: Choice,
    query: language.Query | None,
    *,
    now: datetime,
    before: Before | None = None,
    size: int = 40,
) -> Found:
    """A page of the stream, newest first."""
    span = Span(choice.since, choice.until)
    if choice.topic is not None:
        mentions = _mentions(workspace, choice)
        return search_topic(mentions, query, now=now, before=before, size=size, workspace=workspace, span=span)
    posts = _posts(workspace, choice)
    return search(posts, query, now=now, before=before, size=size, workspace=workspace, span=span)


def stream_count(workspace: Workspace, choice: Choice, query: language.Query | None, *, now: datetime) -> Count:
    """How many posts the whole stream holds."""
    span = Span(choice.since, choice.until)
    if choice.topic is not None:
        return count_topic(_mentions(workspace, choice), query, now=now, workspace=workspace, span=span)
    return count(_posts(workspace, choice), query, now=now, workspace=workspace, span=span)


def _mentions(workspace: Workspace, choice: Choice) -> QuerySet[Mention]:
    mentions = Mention.of(workspace).filter(_when(choice), topic=choice.topic)
    if choice.once:
        mentions = mentions.filter(post__alike=None)
    return mentions if choice.source is None else mentions.filter(post__source=choice.source)


def _posts(workspace: Workspace, choice: Choice) -> QuerySet[Post]:
    posts = Post.of(workspace).filter(_when(choice))
    if choice.like is not None:  # by their keys: the planner would look for them along the whole stream
        return posts.filter(pk__in=_group(choice.like))
    if choice.once:
        posts = posts.filter(alike=None)
    if choice.source is not None:
        posts = posts.filter(source=choice.source)
    return posts if choice.everything else posts.filter(mentioned=True)


def _group(post: Post) -> list[int]:
    first = post.alike_id or post.pk
    copies = Post.of(post.workspace).filter(alike=first).order_by("-pk").values_list("pk", flat=True)
    return [first, *copies[:GROUP]]


def _when(choice: Choice) -> Q:
    when = Q()
    if choice.since is not None:
        when &= Q(published__gte=choice.since)
    if choice.until is not None:
        when &= Q(published__lt=choice.until)
    return when


class Alike(Struct, frozen=True):
    """The others that say the same as a post."""

    others: int
    sources: int  # that they stand on
    copy: bool  # it is not the first of them


class Row(Struct, frozen=True):
    """A post as a list shows it, its matched words known."""

    post: Post
    url: str  # of the original; "" where it has none that may be followed
    title_spans: Spans
    excerpt: str
    excerpt_spans: Spans
    spans: Spans  # in the whole text
    cut: bool  # the excerpt is not the whole text
    topics: Sequence[Topic]
    alike: Alike | None = None  # None: it stands alone


def rows(workspace: Workspace, found: Found, topic: Topic | None = None) -> list[Row]:
    """The posts of a page with their topics and marks; where a topic was chosen, its words alone are marked."""
    mentions: dict[int, list[Mention]] = defaultdict(list)
    here = Mention.of(workspace).filter(post__in=[post.pk for post in found.posts])
    for mention in here.select_related("topic").order_by("topic__name"):
        mentions[mention.post_id].append(mention)
    groups = _alike(workspace, found.posts)
    return [
        structs.replace(row_of(post, mentions[post.pk], found.spans.get(post.pk, ()), topic), alike=groups.get(post.pk))
        for post in found.posts
    ]


def _alike(workspace: Workspace, posts: Sequence[Post]) -> Mapping[int, Alike]:
    """Post id → the others of its group, for those that are not alone. One query."""
    firsts = {post.pk: post.alike_id or post.pk for post in posts}
    rows = Post.of(workspace).filter(alike__in=set(firsts.values())).order_by().values_list("alike")
    counted = rows.annotate(number=Counted("pk"), sources=Counted("source", distinct=True))
    found = {first: (number, sources) for first, number, sources in counted}
    return {
        post.pk: Alike(*found[firsts[post.pk]], copy=post.alike_id is not None)
        for post in posts
        if firsts[post.pk] in found
    }


def row_of(
    post: Post, mentions: Sequence[Mention], caught: Sequence[language.Span] = (), topic: Topic | None = None
) -> Row:
    """One post with the marks of its mentions and of what was caught."""
    spans: list[Sequence[str | int]] = [
        span for mention in mentions if topic is None or mention.topic_id == topic.pk for span in mention.spans
    ]
    spans += [(span.field, span.start, span.end) for span in caught]
    in_text = sorted((int(span[1]), int(span[2])) for span in spans if span[0] == "text")
    start = _excerpt_start(post.text, in_text[0][0] if in_text else 0)
    piece = post.text[start : start + EXCERPT]
    cut = len(piece) < len(post.text)
    if cut:
        piece = piece.rsplit(" ", 1)[0] if start + EXCERPT < len(post.text) and " " in piece[LEAD:] else piece
    return Row(
        post=post,
        url=post.url if post.url.startswith(("https://", "http://")) else "",
        title_spans=[span for span in spans if span[0] == "title"],
        excerpt=piece,
        excerpt_spans=[(left - start, right - start) for left, right in in_text if left >= start],
        spans=in_text,
        cut=cut,
        topics=[mention.topic for mention in mentions],
    )


def _excerpt_start(text: str, first: int) -> int:
    """Where an excerpt begins, so that the first marked word stands in it: at 0, or after a space."""
    if len(text) <= EXCERPT or first < EXCERPT - LEAD:
        return 0
    return text.rfind(" ", 0, first - LEAD) + 1


class Whole(Struct, frozen=True):
    """One post and what stands around it."""

    row: Row
    earlier: Sequence[Post]  # of its thread, oldest first
    later: Sequence[Post]
    verdicts: Sequence[Verdict]
    acts: Sequence[Audit]
    caught_by: Sequence[CaughtBy]


def whole(post: Post) -> Whole:
    """Everything that is known of a post. It should come with `author` and `source` loaded."""
    workspace = post.workspace
    mentions = list(Mention.of(workspace).filter(post=post).select_related("topic").order_by("topic__name"))
    earlier, later = _thread(post)
    return Whole(
        row=row_of(post, mentions),
        earlier=earlier,
        later=later,
        verdicts=list(Verdict.of(workspace).filter(post=post).order_by("-at", "-id")[:50]),
        caught_by=caught_by(workspace, mentions),
        acts=list(Audit.of(workspace).filter(noun="post", noun_id=post.pk).order_by("-id")[:50]),
    )


def _thread(post: Post) -> tuple[list[Post], list[Post]]:
    """Its conversation's other posts; without a conversation, what it answers."""
    if post.conversation_id is None:
        return _answered(post), []
    others = Post.of(post.workspace).filter(conversation=post.conversation_id).exclude(pk=post.pk)
    others = others.select_related("author", "source")
    is_before = Q(published__lt=post.published) | Q(published=post.published, pk__lt=post.pk)
    earlier = list(others.filter(is_before).order_by("-published", "-id")[:THREAD])
    later = list(others.exclude(is_before).order_by("published", "id")[:THREAD])
    if len(earlier) < THREAD:
        oldest = earlier[-1] if earlier else post
        earlier += [above for above in reversed(_answered(oldest)) if above.conversation_id != post.conversation_id]
    return earlier[::-1], later


def _answered(post: Post) -> list[Post]:
    """The posts above it, the root first, as far as they were taken in."""
    above: list[Post] = []
    seen = {post.native_id}
    at = post
    while at.parent and at.parent not in seen and len(above) < THREAD:
        seen.add(at.parent)
        rows = Post.of(post.workspace).filter(source=post.source_id, native_id=at.parent)
        found = rows.select_related("author", "source").first()
        if found is None:
            break
        above.append(found)
        at = found
    return above[::-1]


def first_mentions(workspace: Workspace, *, now: datetime) -> tuple[list[Row], int]:
    """For the guide: the newest ten mentions, and how many posts were read so far."""
    found = stream(workspace, Choice(), None, now=now, size=10)
    taken = Source.of(workspace).aggregate(taken=Sum("posts_taken"))["taken"] or 0
    return rows(workspace, found), taken


def facts_about(source: Source) -> Mapping[str, int]:
    """What would go with it."""
    return {"posts": Post.of(source.workspace).filter(source=source).count()}
