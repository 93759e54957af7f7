"""What the room changes about sources and the guide; topics: topic_actions.py. An act is one transaction with its
audit row."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from msgspec import Struct

from hubbub.connectors import Found, Verb, connectors
from hubbub.store import other_account, peopling, planned_lost, sameness
from hubbub.store.accounts import account_of_key
from hubbub.store.audit import Plain, audit
from hubbub.store.models import (
    Account,
    Conversation,
    Member,
    Mention,
    Outbox,
    Post,
    Rollup,
    Source,
    SourceState,
    Verdict,
    Workspace,
)
from hubbub.ui.api import Refusal

from . import account_actions, signing, uploads
from .trying import server, without_password

MODERATING: frozenset[Verb] = frozenset({"approve", "hold", "spam", "hide", "remove", "restore"})
TAKEN_OVER = ("can", "owned", "account", "length", "our_account", "signed_in", "wants_sign_in")
CHUNK = 5_000  # posts deleted at a time


class SourceDraft(Struct, frozen=True):
    """A source as a person wants it, after it was tried: `found` is what the try said."""

    kind: str
    name: str  # "": as it calls itself
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    found: Found
    account: Account | None = None  # signed in by OAuth, whose keys it uses instead of a key of its own


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
    take_over(source, draft.found, draft.account)
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
    left, was = source.our_account_id, source.our_account
    take_over(source, draft.found, draft.account)
    fields = ["name", "settings", "sealed", *TAKEN_OVER]
    if moved:
        source.cursor, source.done, source.total = "", None, None
        fields += ["cursor", "done", "total"]
    fields += _set_going(source, now, paused_stays=True)
    other = was is not None and source.our_account != was
    if other:
        other_account.hold(source, str(was), by=by)
    source.save(update_fields=fields)
    after = {name: value for name, value in _told(source).items() if before.get(name) != value}
    audit(source, "change", by=by, why=why, before={name: before.get(name) for name in after}, after=after)
    _drop_later(source.workspace, dropped)
    if other:
        planned_lost.leave_account(source, str(was), by=by)
    account_actions.let_go(source.workspace, left, by=by)


def take_over(source: Source, found: Found, account: Account | None = None) -> None:
    """What a try found is so from now on; not yet saved."""
    source.can = sorted(found.can)
    source.account = found.account
    source.length = found.length
    source.owned = bool(found.can & MODERATING)
    source.signed_in, source.wants_sign_in = account is not None, False
    if account is None and found.account:
        known = connectors().get(source.kind)
        host = signing.host_of(known, source.settings) if known else ""
        name = found.who or f"{known.label if known else source.kind} account {found.account}"
        account = account_of_key(source.workspace, source.kind, host, found.account, name)
    source.our_account = account


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
    peopling.recount(posts, source.workspace)
    sameness.leave_with(source)  # first: who is next in a group is counted by the topics that mention it
    Mention.of(source.workspace).filter(post__source=source).delete()
    Verdict.of(source.workspace).filter(post__source=source).delete()
    Outbox.of(source.workspace).filter(source=source).delete()
    planned_lost.leave_with(source, by=by)
    Rollup.of(source.workspace).filter(source=source).delete()
    gone = 0
    while chunk := list(posts.values_list("pk", flat=True)[:CHUNK]):
        posts.filter(pk__in=chunk).delete()
        gone += len(chunk)
    Conversation.of(source.workspace).filter(source=source).delete()
    workspace, paths, account = source.workspace, list(_uploads(source).values()), source.our_account_id
    source.delete()
    account_actions.let_go(workspace, account, by=by)
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
