"""Splitting a conversation and merging several: posts go from one to another, nothing is lost, all can be taken back.

What comes later follows: a reply follows the post that it answers, a thread the conversation that its own was merged
into (`store/threads.py`).
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from hubbub.core.opening import kind_of
from hubbub.store import answers, drafts
from hubbub.store.audit import audit
from hubbub.store.models import Actor, Audit, Conversation, ConversationStatus, Member, Move, Post, Priority, Team
from hubbub.ui.api import Refusal

from .actions import locked

MOST = 20  # conversations merged at once
MOST_POSTS = 5_000  # split off at once
OPEN, DONE = ConversationStatus.OPEN, ConversationStatus.DONE
STATE = ("status", "closed", "snoozed_until")
MERGED = (*STATE, "priority", "assignee_id", "team_id", "kind", "kind_sure", "opened")
_MOMENTS = frozenset({"closed", "snoozed_until", "opened"})


@transaction.atomic
def split(conversation: Conversation, posts: Sequence[int], *, by: Actor, why: str = "") -> tuple[Conversation, Audit]:
    """These posts of it become a conversation of their own, with whoever looks after it now. Gives that, and the
    entry by which it can be taken back."""
    row = locked(conversation)
    if len(posts) > MOST_POSTS:
        raise Refusal(f"{len(posts):,} posts were chosen; {MOST_POSTS:,} at a time is the most")
    chosen = list(row.posts.filter(pk__in=posts).order_by("published", "id"))
    theirs = [post for post in chosen if not post.ours]
    if not theirs:
        raise Refusal("Choose at least one post that is not yours: a conversation is with somebody")
    if not row.posts.filter(ours=False).exclude(pk__in=[post.pk for post in chosen]).exists():
        raise Refusal("These are all that they said: leave at least one post of theirs where it is")
    made = _made(row, theirs[0], waits=any(post.waits for post in chosen))
    row.posts.filter(pk__in=[post.pk for post in chosen]).update(conversation=made)
    drafts.move(row, made, [post.pk for post in chosen])
    answers.recompute(made)
    answers.recompute(row)
    entry = audit(row, "split", by=by, why=why, after={"into": made.pk, "posts": len(chosen)})
    audit(made, "split off", by=by, why=why, after={"from": row.pk, "posts": len(chosen)})
    Move.everywhere.create(
        workspace_id=row.workspace_id,
        verb="split",
        gave=row,
        took=made,
        posts=[post.pk for post in chosen],
        entry=entry.pk,
        at=timezone.now(),
    )
    return made, entry


def _made(row: Conversation, first: Post, *, waits: bool) -> Conversation:
    held = first.judgement
    kind, sure = kind_of(first.shape().type, held.intent, held.intent_sure)
    return Conversation.everywhere.create(
        workspace_id=row.workspace_id,
        source_id=row.source_id,
        thread=f"{first.native_id[:480]} {secrets.token_hex(6)}",  # no network calls a thread so
        subject=first.title[:300],
        status=OPEN if waits else row.status,
        closed=None if waits else row.closed,
        snoozed_until=None if waits else row.snoozed_until,
        priority=row.priority,
        assignee_id=row.assignee_id,
        team_id=row.team_id,
        kind=kind,
        kind_sure=sure,
        opened=first.published,
        last_post=first.published,
        settled=timezone.now(),  # who waits is known of these posts: nothing is to be guessed as of old ones
    )


@transaction.atomic
def merge(into: Conversation, others: Sequence[Conversation], *, by: Actor, why: str = "") -> list[Audit]:
    """All that stands in the others goes into this one, whose thread theirs follow from now on. Gives the entries by
    which it can be taken back. It is open if one of them was, and as urgent as the most urgent of them."""
    wanted = {one.pk: one for one in others if one.pk != into.pk}
    if not wanted:
        raise Refusal("Choose another conversation to merge with this one")
    if len(wanted) > MOST:
        raise Refusal(f"{len(wanted)} conversations were chosen; {MOST} at a time is the most")
    for one in wanted.values():
        if one.workspace_id != into.workspace_id or one.source_id != into.source_id:
            raise Refusal(
                f"“{_short(one)}” stands on {one.source}, this one on {into.source}: a reply goes to one place, so "
                "they stay apart. The person's page shows what they say everywhere."
            )
    rows = {pk: locked(one) for pk, one in sorted({**wanted, into.pk: into}.items())}  # in one order
    took = rows.pop(into.pk)
    return [_merge(took, gave, by=by, why=why) for _, gave in sorted(rows.items())]


def _merge(took: Conversation, gave: Conversation, *, by: Actor, why: str) -> Audit:
    posts, notes = list(gave.posts.values_list("pk", flat=True)), list(gave.notes.values_list("pk", flat=True))
    new = [one for one in gave.tags.all() if one not in set(took.tags.all())]
    newest = Post.of(took.workspace).aggregate(newest=Max("pk"))["newest"] or 0
    before, gave_before = _columns(took, MERGED), {**_columns(gave, STATE), "newest": newest}
    _take_over(took, gave)
    gave.posts.update(conversation=took)
    drafts.move(gave, took)
    gave.notes.update(conversation=took)
    took.tags.add(*new)
    gave.status, gave.closed, gave.snoozed_until, gave.merged_into = DONE, None, None, took
    gave.save(update_fields=[*STATE, "merged_into"])
    took.save(update_fields=[*_fields(MERGED)])
    answers.recompute(gave)
    answers.recompute(took)
    entry = audit(took, "merge", by=by, why=why, after={"with": gave.pk, "posts": len(posts)})
    audit(gave, "merged", by=by, why=why, after={"into": took.pk, "posts": len(posts)})
    Move.everywhere.create(
        workspace_id=took.workspace_id,
        verb="merge",
        gave=gave,
        took=took,
        posts=posts,
        notes=notes,
        tags=[one.pk for one in new],
        gave_before=gave_before,
        took_before=before,
        took_after=_columns(took, MERGED),
        entry=entry.pk,
        at=timezone.now(),
    )
    return entry


def _take_over(took: Conversation, gave: Conversation) -> None:
    """What the one that stays has of the other."""
    if gave.status == OPEN and took.status != OPEN:
        took.status, took.closed, took.snoozed_until = OPEN, None, None
    order = list(Priority.values)
    took.priority = max(took.priority, gave.priority, key=order.index)
    took.opened = min(took.opened, gave.opened)
    if not took.kind:
        took.kind, took.kind_sure = gave.kind, gave.kind_sure
    if took.assignee_id is None and took.team_id is None:
        took.assignee_id, took.team_id = gave.assignee_id, gave.team_id


def take_back(conversation: Conversation, act: Audit, by: Member, why: str) -> Audit | None:
    """A split or a merge undone, with what has followed since; what was split off again meanwhile stays there. None
    where it was taken back before, or where one of the two was merged again since."""
    move = Move.of(conversation.workspace).filter(entry=act.pk, undone=None).first()
    if move is None:
        return None
    pair = (move.gave_id, move.took_id)
    held = Conversation.of(conversation.workspace).select_for_update(of=("self",)).filter(pk__in=pair).order_by("pk")
    rows = {row.pk: row for row in held}
    gave, took = rows[move.gave_id], rows[move.took_id]
    move.undone = timezone.now()
    entry = _rejoin(gave, took, by, why) if move.verb == "split" else _part(move, gave, took, by, why)
    if entry is not None:
        move.save(update_fields=["undone"])
    return entry


def _rejoin(gave: Conversation, took: Conversation, by: Member, why: str) -> Audit | None:
    """What was split off comes back, with its notes and tags; replies to it follow."""
    if gave.merged_into_id or took.merged_into_id:
        return None
    opens = took.status == OPEN and gave.status != OPEN
    if opens:
        gave.status, gave.closed, gave.snoozed_until = OPEN, None, None
    number = took.posts.update(conversation=gave)
    drafts.move(took, gave)
    took.notes.update(conversation=gave)
    gave.tags.add(*took.tags.all())
    took.status, took.closed, took.snoozed_until, took.merged_into = DONE, None, None, gave
    took.save(update_fields=[*STATE, "merged_into"])
    gave.save(update_fields=list(STATE))
    answers.recompute(took)
    answers.recompute(gave)
    audit(took, "merged", by=by, why=why, after={"into": gave.pk, "posts": number})
    return audit(gave, "rejoin", by=by, why=why, after={"with": took.pk, "posts": number})


def _part(move: Move, gave: Conversation, took: Conversation, by: Member, why: str) -> Audit | None:
    """Each gets back what was its own, and what has followed its thread since."""
    if gave.merged_into_id != took.pk or took.merged_into_id:
        return None
    ids = [*took.posts.filter(pk__in=move.posts).values_list("pk", flat=True)]
    ids += _followers(move, gave, took)
    theirs = set(took.posts.filter(ours=False).values_list("pk", flat=True))
    if not theirs & set(ids) or not theirs - set(ids):
        return None  # what one of them had of its own was split off since: nothing would be left of it
    took.posts.filter(pk__in=ids).update(conversation=gave)
    drafts.move(took, gave, ids)
    took.notes.filter(pk__in=move.notes).update(conversation=gave)
    took.tags.remove(*move.tags)
    gave.merged_into = None
    _put(gave, move.gave_before, STATE)
    if gave.posts.filter(waits=True, pk__gt=move.gave_before["newest"]).exists():
        gave.status, gave.closed, gave.snoozed_until = OPEN, None, None
    _give_back(move, took)
    gave.save(update_fields=[*STATE, "merged_into"])
    took.save(update_fields=_fields(MERGED))
    answers.recompute(gave)
    answers.recompute(took)
    audit(gave, "part", by=by, why=why, after={"from": took.pk, "posts": len(ids)})
    return audit(took, "part", by=by, why=why, after={"from": gave.pk, "posts": len(ids)})


def _give_back(move: Move, took: Conversation) -> None:
    """Of what merging changed, that which nobody has changed since. A state is one thing, though three columns."""
    now = _columns(took, MERGED)
    same = [name for name in MERGED if now[name] == move.took_after[name]]
    if any(name not in same for name in STATE):
        same = [name for name in same if name not in STATE]
    members, teams = Member.of(took.workspace), Team.of(took.workspace)
    for name, rows in (("assignee_id", members), ("team_id", teams)):
        was = move.took_before[name]
        if was is not None and not rows.filter(pk=was).exists():  # deleted since
            same = [one for one in same if one != name]
    _put(took, move.took_before, same)


def _followers(move: Move, gave: Conversation, took: Conversation) -> list[int]:
    """Posts that came since and belong to the thread that was merged."""
    since = took.posts.filter(pk__gt=move.gave_before["newest"]).order_by("pk")
    mine = set(Post.of(took.workspace).filter(pk__in=move.posts).values_list("native_id", flat=True))
    found = []
    for pk, native, parent, thread, type_ in since.values_list("pk", "native_id", "parent", "thread", "type"):
        key = native if type_ in ("comment", "review") else thread or native
        if parent in mine or (parent == gave.thread if parent else key == gave.thread):
            mine.add(native)
            found.append(pk)
    return found


def _columns(row: Conversation, names: Sequence[str]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value := getattr(row, name), datetime) else value for name in names}


def _put(row: Conversation, kept: Mapping[str, str | None], names: Sequence[str]) -> None:
    for name in names:
        value = kept[name]
        setattr(row, name, datetime.fromisoformat(value) if name in _MOMENTS and value else value)


def _fields(names: Sequence[str]) -> list[str]:
    return [name.removesuffix("_id") for name in names]


def _short(conversation: Conversation) -> str:
    name = str(conversation)
    return name if len(name) <= 40 else name[:39] + "…"
