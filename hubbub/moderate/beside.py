"""What stands beside a post while somebody decides: its thread, its author's record, like decisions of the past."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from msgspec import Struct

from hubbub.store import capped
from hubbub.store.facts import facts_of
from hubbub.store.models import Author, Decision, Opinion, Policy, Post, Verdict
from hubbub.store.reports import about

LATELY = 200  # posts or verdicts of the past that are looked through
SHOWN = 5
AROUND = 4  # posts of the thread before and after
DECIDED = (Decision.APPROVED, Decision.HIDDEN, Decision.REMOVED)


class Tally(Struct, frozen=True):
    """How like posts were decided."""

    of: str  # "the same words"
    counts: Sequence[tuple[str, int]]  # decision in words → how often, the most frequent first
    posts: Sequence[Post]  # the newest of them


class Record(Struct, frozen=True):
    """Who wrote it, as far as it matters here."""

    author: Author
    identities: int  # on how many networks the person is known
    account_age: timedelta | None  # when it was written
    first_seen: datetime
    decisions: Sequence[tuple[str, int]]
    lately: Sequence[Post]  # of theirs, decided before
    standing: Sequence[tuple[str, str]]  # history in words: ("strikes", "2")
    reports: int


class Beside(Struct, frozen=True):
    """All of it."""

    before: Sequence[Post]  # of the thread, oldest first
    after: Sequence[Post]
    record: Record | None
    tallies: Sequence[Tally]
    opinions: Sequence[Opinion]  # what others ask; what they think themselves is not shown until it is decided


def beside(post: Post, suspected: Sequence[Policy] = ()) -> Beside:
    """Of a post with `author__person`, `source` and `conversation`."""
    before, after = around(post)
    opinions = Opinion.of(post.workspace).filter(post=post).select_related("policy").order_by("-pk")[:SHOWN]
    return Beside(
        before=before,
        after=after,
        record=_record(post, post.author) if post.author else None,
        tallies=[tally for tally in _tallies(post, suspected) if tally.posts],
        opinions=list(opinions),
    )


def around(post: Post) -> tuple[list[Post], list[Post]]:
    """What stands before and after a post in its thread, with authors and sources."""
    rows = Post.of(post.workspace).select_related("author", "source")
    if post.conversation_id is None:
        return list(rows.filter(source=post.source_id, native_id=post.parent)) if post.parent else [], []
    talk = rows.filter(conversation=post.conversation_id).exclude(pk=post.pk)
    earlier = Q(published__lt=post.published) | Q(published=post.published, pk__lt=post.pk)
    before = list(talk.filter(earlier).order_by("-published", "-pk")[:AROUND])
    return before[::-1], list(talk.exclude(earlier).order_by("published", "pk")[:AROUND])


def _record(post: Post, author: Author) -> Record:
    ids = list(Author.of(post.workspace).filter(person=author.person_id).values_list("pk", flat=True)[:50])
    # of each identity along its own index: one question about all would sort all their posts
    newest: list[Post] = []
    for pk in ids[:10]:
        theirs = Post.of(post.workspace).filter(author=pk).exclude(pk=post.pk).order_by("-published", "-id")
        newest += theirs.only("id", "decision", "published", "text", "title", "workspace_id")[:LATELY]
    decided = [one for one in sorted(newest, key=lambda one: one.published, reverse=True) if one.decision in DECIDED]
    standing = facts_of([post])[0].standing
    return Record(
        author=author,
        identities=len(ids),
        account_age=standing.account_age,
        first_seen=author.first_seen,
        decisions=_counted(decided),
        lately=decided[:SHOWN],
        standing=[(name.replace("_", " "), _words(value)) for name, value in _history(standing)],
        reports=capped.count(about(post.workspace, [one.pk for one in newest[:LATELY]])),
    )


def _history(standing: object) -> list[tuple[str, object]]:
    names = ("relationship", "level", "strikes", "posts_24h", "removed_share", "same_links", "self_promotion")
    return [(name, value) for name in names if (value := getattr(standing, name)) is not None]


def _words(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    return f"{value:.0%}" if isinstance(value, float) else str(value)


def _counted(posts: Sequence[Post]) -> list[tuple[str, int]]:
    counts = Counter(Decision(post.decision) for post in posts)
    return [(str(decision.label).lower(), number) for decision, number in counts.most_common()]


def _tallies(post: Post, suspected: Sequence[Policy]) -> list[Tally]:
    rows = Post.of(post.workspace).select_related("policy").exclude(pk=post.pk)
    first = post.alike_id or post.pk
    copies = list(rows.filter(Q(pk=first) | Q(alike=first)).order_by("-pk")[:LATELY])
    found = [_tally("nearly the same words", copies)]
    fired = Verdict.of(post.workspace).filter(post=post, rule__isnull=False).values_list("rule", "rule_name")
    for rule, name in list(dict(fired).items())[:3]:
        verdicts = Verdict.of(post.workspace).filter(rule=rule).exclude(post=post).order_by("-pk")
        ids = list(verdicts.values_list("post", flat=True)[:LATELY])
        found.append(_tally(f"the rule “{name}”", list(rows.filter(pk__in=ids).order_by("-pk"))))
    found += [
        _tally(f"the policy “{policy.name}”", list(rows.filter(policy=policy).order_by("-decided")[:50]))
        for policy in suspected[:2]
    ]
    return found


def _tally(of: str, posts: Sequence[Post]) -> Tally:
    decided = [one for one in posts if one.decision in DECIDED]
    return Tally(of, _counted(decided), decided[:SHOWN])
