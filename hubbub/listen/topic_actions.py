"""What the room changes about topics, each state of them kept. Every act is one transaction with its audit row."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.core import query as language
from hubbub.store import rereading
from hubbub.store.audit import audit, changes
from hubbub.store.models import Member, Mention, Post, Topic, TopicKind, TopicVersion, Workspace
from hubbub.ui.api import Refusal

MOST_REREAD = 1_000_000  # stored posts that one act may ask to be gone through
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
    _keep(topic, by=by, why=why)
    audit(topic, "add", by=by, why=why, after={"kind": draft.kind, "query": draft.query[:SHOWN]})
    workspace.plan_changed()
    return topic


@transaction.atomic
def change_topic(
    topic: Topic, draft: TopicDraft, *, by: Member, why: str = "", verb: str = "change", was: int | None = None
) -> bool:
    """Its version counts the changes of its query. Returns whether anything changed. Raises Refusal, QueryError.

    `was`: the version that the person saw; where it is another meanwhile, that is refused.
    """
    _check_topic(topic.workspace, draft, other_than=topic)
    if (topic.name, topic.kind, topic.query) == (draft.name, draft.kind, draft.query):
        return False
    topic.workspace.plan_changed()  # first: it waits for batches that name the topic, which must not wait for us
    topic.refresh_from_db(fields=["name", "kind", "query", "version", "created"])
    if was is not None and was != topic.version:
        last = TopicVersion.of(topic.workspace).filter(topic=topic).order_by("-id").first()
        who = last.by_name if last is not None and last.by_name else "Somebody"
        raise Refusal(
            f"{who} changed the query meanwhile: it is version {topic.version} now, you wrote on version {was}. "
            "Look at its versions, then save again to put yours in its place."
        )
    if not TopicVersion.of(topic.workspace).filter(topic=topic).exists():
        _keep_as_it_stood(topic)
    before, after = changes(topic, name=draft.name, kind=draft.kind, query=draft.query)
    if not after:  # somebody saved the very same meanwhile
        return False
    if "query" in after:
        topic.version += 1
        rereading.end(topic)  # what is under way asks for the query as it was
    topic.save(update_fields=[*after, "version"])
    _keep(topic, by=by, why=why)
    audit(topic, verb, by=by, why=why, before=_clipped(before), after=_clipped(after))
    return True


def bring_back(version: TopicVersion, *, by: Member, why: str = "") -> bool:
    """The topic as it was then, as a new version; the newer ones stay to be seen. Returns whether that changed
    anything. Raises Refusal; QueryError where its query can no longer be read."""
    draft = TopicDraft(version.name, version.query, version.kind)
    return change_topic(version.topic, draft, by=by, why=why, verb="bring back a version")


def _keep(topic: Topic, *, by: Member, why: str) -> TopicVersion:
    return TopicVersion.everywhere.create(
        workspace=topic.workspace,
        topic=topic,
        number=topic.version,
        name=topic.name,
        kind=topic.kind,
        query=topic.query,
        by=by,
        by_name=str(by)[:200],
        why=why,
        at=timezone.now(),
    )


def _keep_as_it_stood(topic: Topic) -> None:
    """For a topic from before versions were kept: who wrote it then is not known."""
    TopicVersion.everywhere.create(
        workspace=topic.workspace,
        topic=topic,
        number=topic.version,
        name=topic.name,
        kind=topic.kind,
        query=topic.query,
        at=topic.created,
    )


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
