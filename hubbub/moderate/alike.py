"""“All like this”: waiting posts that say the same, that a rule caught, that one person wrote, or that link there."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from msgspec import Struct

from hubbub.store.models import Author, Decision, Member, Post, Verdict, Waiting, Workspace
from hubbub.store.queue.leases import held_by_others

from .sweeps import MOST

SAMPLE = 8
LOOKED_AT = 20_000  # waiting posts whose links are looked at, the newest first


class Way(Struct, frozen=True):
    """One way in which posts may be like one."""

    key: str  # as an address carries it
    words: str


class Alike(Struct, frozen=True):
    """The posts, and those of them that are shown beforehand."""

    way: Way
    posts: Sequence[int]  # ids, with the post itself
    held: int  # of more posts that others have open: left alone
    more: bool  # there are more than can be decided together
    sample: Sequence[Post]


def ways(post: Post) -> list[Way]:
    """What can be asked of this post."""
    fired = Verdict.of(post.workspace).filter(post=post, rule__isnull=False).order_by("pk")
    found = [Way("copies", "says nearly the same")] if post.signature is not None or post.alike_id else []
    found += [
        Way(f"rule-{rule}", f"was caught by the rule “{name}”")
        for rule, name in dict(fired.values_list("rule", "rule_name")).items()
    ]
    if post.author:
        found.append(Way("author", f"was written by {post.author}"))
    found += [Way(f"link-{number}", f"links to {link[:120]}") for number, link in enumerate(post.links[:5])]
    return found


def alike(post: Post, key: str, member: Member, now: datetime) -> Alike | None:
    """The waiting posts that are like this one in that way; None: it is no way that this post offers."""
    way = next((one for one in ways(post) if one.key == key), None)
    if way is None:
        return None
    ids = _ids(post, way.key)
    held = set(held_by_others(post.workspace, member, now).filter(post__in=ids).values_list("post", flat=True))
    free = [pk for pk in ids if pk not in held]
    rows = Post.of(post.workspace).select_related("author", "source").filter(pk__in=free[:SAMPLE])
    return Alike(way, free[:MOST], len(held), len(free) > MOST, sorted(rows, key=lambda row: free.index(row.pk)))


def _ids(post: Post, key: str) -> list[int]:
    rows = Post.of(post.workspace).filter(decision=Decision.QUEUED)
    kind, _, number = key.partition("-")
    match kind:
        case "copies":
            first = post.alike_id or post.pk
            found = rows.filter(Q(pk=first) | Q(alike=first) | Q(pk=post.pk))
        case "rule":
            # through the waiting ones, whose number is bounded by what people leave undone, not by all that a rule said
            caught = Verdict.of(post.workspace).filter(rule=int(number), post__decision=Decision.QUEUED)
            found = rows.filter(pk__in=caught.values("post"))
        case "author":
            people = Author.of(post.workspace).filter(person=post.author.person_id if post.author else None)
            found = rows.filter(author__in=people)
        case _:
            return _linking(post.workspace, post.links[int(number)])
    return list(found.order_by("pk").values_list("pk", flat=True)[: MOST + 1])


def _linking(workspace: Workspace, link: str) -> list[int]:
    newest = waiting_posts(workspace).order_by("-id").values_list("post_id", "post__links")[:LOOKED_AT]
    return [pk for pk, links in newest.iterator() if link in links][: MOST + 1]


def waiting_posts(workspace: Workspace) -> QuerySet[Waiting]:
    """The queue with its posts."""
    return Waiting.of(workspace).select_related("post")
