"""What the room changes: topics, sources, the guide. Every act is one transaction with its audit row."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from msgspec import Struct

from hubbub.connectors import Found, Verb
from hubbub.core import query as language
from hubbub.store import rereading
from hubbub.store.audit import Plain, audit, changes
from hubbub.store.models import (
    Conversation,
    Member,
    Mention,
    Outbox,
    Post,
    Rollup,
    Source,
    SourceState,
    Topic,
    TopicKind,
    Verdict,
    Workspace,
)
from hubbub.ui.api import Refusal

from . import uploads
from .trying import server, without_password

MODERATING: frozenset[Verb] = frozenset({"approve", "hold", "spam", "hide", "remove", "restore"})
MOST_REREAD = 1_000_000  # stored posts that one act may ask to be gone through
CHUNK = 5_000  # posts deleted at a time
SHOWN = 2_000  # characters of a query in the audit log


class TopicDraft(Struct, frozen=True):
    """A topic as a person wants it."""

    name: str
    query: str
    kind: str = TopicKind.BRAND.value


@transaction.atomic
def add_topic(workspace: Workspace, draft: TopicDraft, *, by: Member, why: str = "") -> Topic:
    """A new topic, listened for from the next post on. Raises Refusal, QueryError."""
    _check_topic(workspace, draft)
    topic = Topic.everywhere.create(workspace=workspace, name=draft.name, kind=draft.kind, query=draft.query)
    audit(topic, "add", by=by, why=why, after={"kind": draft.kind, "query": draft.query[:SHOWN]})
    workspace.plan_changed()
    return topic


@transaction.atomic
def change_topic(topic: Topic, draft: TopicDraft, *, by: Member, why: str = "") -> None:
    """Its version counts the changes of its query. Raises Refusal, QueryError."""
    _check_topic(topic.workspace, draft, other_than=topic)
    before, after = changes(topic, name=draft.name, kind=draft.kind, query=draft.query)
    if not after:
        return
    topic.workspace.plan_changed()  # first: it waits for batches that name the topic, which must not wait for us
    if "query" in after:
        topic.version += 1
        rereading.end(topic)  # what is under way asks for the query as it was
    topic.save(update_fields=[*after, "version"])
    audit(topic, "change", by=by, why=why, before=_clipped(before), after=_clipped(after))


def _clipped(fields: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value)[:SHOWN] for name, value in fields.items()}


def _check_topic(workspace: Workspace, draft: TopicDraft, *, other_than: Topic | None = None) -> None:
    if not draft.name.strip():
        raise Refusal("The topic needs a name.")
    if draft.kind not in TopicKind.values:
        raise Refusal(f"A topic's kind is one of {', '.join(TopicKind.values)}, not “{draft.kind[:40]}”.")
    language.parse(draft.query, language.Use.TOPIC)
    same = Topic.of(workspace).filter(name=draft.name).first()
    if same is not None and same != other_than:
        raise Refusal(f"There is a topic called “{draft.name}” already. Give this one another name.")


@transaction.atomic
def set_active(topics: Sequence[Topic], active: bool, *, by: Member, why: str = "") -> int:
    """Listen for these topics, or let them rest; what was found stays. Returns how many changed."""
    changed = [topic for topic in topics if topic.active != active]
    for topic in changed:
        topic.active = active
        topic.save(update_fields=["active"])
        if not active:
            rereading.end(topic)
        audit(topic, "activate" if active else "deactivate", by=by, why=why)
    if changed:
        changed[0].workspace.plan_changed()
    return len(changed)


@transaction.atomic
def delete_topic(topic: Topic, *, by: Member, why: str = "") -> None:
    """With its mentions, its counts and the KPIs that are counted on it."""
    topic.workspace.plan_changed()  # first, as above
    audit(topic, "delete", by=by, why=why, before={"kind": topic.kind, "query": topic.query[:SHOWN]})
    mentions = Mention.of(topic.workspace)
    alone = Post.of(topic.workspace).filter(pk__in=mentions.filter(topic=topic).values("post"))
    alone.exclude(pk__in=mentions.exclude(topic=topic).values("post")).update(mentioned=False)
    topic.delete()


@transaction.atomic
def apply_topic(topic: Topic, newest: int, *, by: Member, why: str = "") -> int:
    """Hold it against the `newest` stored posts too; the loop does it. Returns how many posts there are. Refusal."""
    if not topic.active:
        raise Refusal("The topic rests. Activate it first.")
    if not 1 <= newest <= MOST_REREAD:
        raise Refusal(f"Between 1 and {MOST_REREAD:,} stored posts can be gone through at once.")
    there = rereading.begin(topic, newest)
    audit(topic, "apply to stored posts", by=by, why=why, after={"posts": there, "version": topic.version})
    return there


@transaction.atomic
def stop_applying(topic: Topic, *, by: Member, why: str = "") -> None:
    """Go no further through stored posts; what was found stays."""
    rereading.end(topic)
    audit(topic, "stop applying", by=by, why=why, after={"reread": topic.reread, "of": topic.to_reread})


class SourceDraft(Struct, frozen=True):
    """A source as a person wants it, after it was tried: `found` is what the try said."""

    kind: str
    name: str  # "": as it calls itself
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    found: Found


@transaction.atomic
def add_source(workspace: Workspace, draft: SourceDraft, *, by: Member, now: datetime, why: str = "") -> Source:
    """A new source, read at once. Raises Refusal where the name is taken."""
    if draft.name:
        _check_source_name(workspace, draft.name)
    source = Source(
        workspace=workspace,
        kind=draft.kind,
        name=draft.name or _free_name(workspace, draft.found.name or draft.kind),
        settings=dict(draft.settings),
        due=now,
    )
    source.keep_secrets(draft.secrets)
    _take_over(source, draft.found)
    source.save()
    audit(source, "add", by=by, why=why, after=_told(source))
    return source


@transaction.atomic
def change_source(source: Source, draft: SourceDraft, *, by: Member, now: datetime, why: str = "") -> None:
    """Its settings were tried anew. It is read from its beginning again, which brings no post twice. Refusal."""
    if draft.name and draft.name != source.name:
        _check_source_name(source.workspace, draft.name)
    before = _told(source)
    moved = source.settings != dict(draft.settings)
    dropped = [path for name, path in _uploads(source).items() if draft.settings.get(name) != path]
    source.name = draft.name or source.name
    source.settings = dict(draft.settings)
    source.keep_secrets(draft.secrets)
    _take_over(source, draft.found)
    fields = ["name", "settings", "sealed", "can", "owned", "account"]
    if moved:
        source.cursor, source.done, source.total = "", None, None
        fields += ["cursor", "done", "total"]
    fields += _set_going(source, now, paused_stays=True)
    source.save(update_fields=fields)
    after = {name: value for name, value in _told(source).items() if before.get(name) != value}
    audit(source, "change", by=by, why=why, before={name: before.get(name) for name in after}, after=after)
    _drop_later(source.workspace, dropped)


def _take_over(source: Source, found: Found) -> None:
    source.can = sorted(found.can)
    source.account = found.account
    source.owned = bool(found.can & MODERATING)


def _told(source: Source) -> dict[str, Plain]:
    """A source as the log may tell it: of an address only the server, because paths may carry tokens."""
    told: dict[str, Plain] = {
        "name": source.name,
        "kind": source.kind,
        "owned": source.owned,
        "can": ", ".join(source.can),
    }
    for name, value in dict(source.settings).items():
        if value and not uploads.is_ours(source.workspace, value):
            told[f"setting {name}"] = server(without_password(value)) if "://" in value else value[:100]
    return told


def _check_source_name(workspace: Workspace, name: str) -> None:
    if Source.of(workspace).filter(name=name).exists():
        raise Refusal(f"There is a source called “{name}” already. Give this one another name.")


def _free_name(workspace: Workspace, wished: str) -> str:
    taken = set(Source.of(workspace).filter(name__startswith=wished[:90]).values_list("name", flat=True))
    return next(
        name
        for number in range(1, len(taken) + 2)
        if (name := wished[:100] if number == 1 else f"{wished[:90]} {number}") not in taken
    )


def _set_going(source: Source, now: datetime, *, paused_stays: bool = False) -> list[str]:
    """Due now, whatever was wrong; a worker that reads it this moment loses its hold. Returns the changed fields."""
    if not (paused_stays and source.state == SourceState.PAUSED):
        source.state = SourceState.ACTIVE
    source.due, source.lease_until, source.failures, source.error = now, None, 0, ""
    return ["state", "due", "lease_until", "failures", "error"]


@transaction.atomic
def read_now(source: Source, *, by: Member, now: datetime, why: str = "") -> None:
    """It is due now. Raises Refusal where it is not listened to."""
    if source.state == SourceState.PAUSED:
        raise Refusal(f"“{source.name}” is paused. Resume it, then it is read at once.")
    if source.state == SourceState.ACTIVE:
        source.due = now
        source.save(update_fields=["due"])
    else:
        source.save(update_fields=_set_going(source, now))
    audit(source, "read now", by=by, why=why)


@transaction.atomic
def pause(sources: Iterable[Source], *, by: Member, why: str = "") -> int:
    """Read them no more for the time being. Returns how many were not paused before."""
    changed = [source for source in sources if source.state != SourceState.PAUSED]
    for source in changed:
        before = source.state
        source.state = SourceState.PAUSED
        source.save(update_fields=["state"])
        audit(source, "pause", by=by, why=why, before={"state": before}, after={"state": source.state})
    return len(changed)


@transaction.atomic
def resume(sources: Iterable[Source], *, by: Member, now: datetime, why: str = "") -> int:
    """Read them again, at once: paused ones, broken ones, finished ones. Returns how many."""
    changed = [source for source in sources if source.state != SourceState.ACTIVE]
    for source in changed:
        before = source.state
        source.save(update_fields=_set_going(source, now))
        audit(source, "resume", by=by, why=why, before={"state": before}, after={"state": source.state})
    return len(changed)


@transaction.atomic
def delete_source(source: Source, *, by: Member, why: str = "") -> int:
    """With its posts, their mentions, verdicts and conversations. Returns how many posts went."""
    audit(source, "delete", by=by, why=why, before={"kind": source.kind, "posts": source.posts_taken})
    # a worker that reads it this moment must not save what it has
    Source.of(source.workspace).filter(pk=source.pk).update(state=SourceState.PAUSED, lease_until=None)
    posts = Post.of(source.workspace).filter(source=source)
    Mention.of(source.workspace).filter(post__source=source).delete()
    Verdict.of(source.workspace).filter(post__source=source).delete()
    Outbox.of(source.workspace).filter(source=source).delete()
    Rollup.of(source.workspace).filter(source=source).delete()
    gone = 0
    while chunk := list(posts.values_list("pk", flat=True)[:CHUNK]):
        posts.filter(pk__in=chunk).delete()
        gone += len(chunk)
    Conversation.of(source.workspace).filter(source=source).delete()
    workspace, paths = source.workspace, list(_uploads(source).values())
    source.delete()
    _drop_later(workspace, paths)
    return gone


def _drop_later(workspace: Workspace, paths: Sequence[str]) -> None:
    """Delete uploads once the transaction stands."""
    for path in paths:
        transaction.on_commit(partial(uploads.drop, workspace, path))


def _uploads(source: Source) -> dict[str, str]:
    """Field → path of the files that it reads."""
    return {
        name: str(path) for name, path in dict(source.settings).items() if uploads.is_ours(source.workspace, str(path))
    }


@transaction.atomic
def end_guide(workspace: Workspace, *, by: Member, why: str = "") -> None:
    """The first-run guide is finished or was put away."""
    if workspace.guided:
        return
    workspace.guided = True
    workspace.save(update_fields=["guided"])
    audit(by, "end guide", by=by, why=why)
