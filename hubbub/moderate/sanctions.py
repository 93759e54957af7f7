"""What is done to people: warned, muted, banned in one place, until when, and lifting it. Through the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from msgspec import Struct

from hubbub.connectors import TAKEN_BACK
from hubbub.store import deeds, outbox, proposals, statements
from hubbub.store.audit import Plain, audit
from hubbub.store.claim import unleased
from hubbub.store.models import (
    STANDING,
    Actor,
    Author,
    Batch,
    BatchKind,
    Decision,
    Member,
    Outbox,
    OutboxState,
    Person,
    Policy,
    Post,
    Rule,
    Sanction,
    SanctionState,
    Source,
    StatementEnd,
    System,
)
from hubbub.ui.api import Refusal

from . import aftermath
from .actions import Decided, decide, record
from .effects import PAST, TIMED, TREATING, ends_itself

MOST_POSTS = 1_000  # that one ban takes away
LOOP = System("Hubbub")


class Treated(Struct, frozen=True):
    """What became of it."""

    sanction: Sanction
    batch: Batch | None = None  # with posts: all of it, to be taken back at once
    decided: Sequence[Decided] = ()
    refused: Sequence[str] = ()  # why other posts were left, in words


def obstacle(source: Source, author: Author | None, verb: str) -> str:
    """Why that cannot be done to them there, in words; "": it can."""
    if author is None:
        return f"{source} does not say who wrote this"
    if verb not in source.can:
        return f"with its settings {source} has no way to {verb} people"
    if is_ours(author):
        return f"{author} is an account of ours"
    return ""


def is_ours(author: Author) -> bool:
    """Whether the account, or another one of the same person, is one that we write with."""
    theirs = set(Author.of(author.workspace).filter(person=author.person_id).values_list("network", "native_id"))
    with_account = Source.of(author.workspace).exclude(account="").filter(account__in=[native for _, native in theirs])
    return any((source.network, source.account) in theirs for source in with_account)


def standing(author: Author, source: Source, verb: str) -> Sanction | None:
    """The same, if it is in force there already. A warning is past when it is given."""
    if verb == "warn":
        return None
    found = Sanction.of(author.workspace).filter(author=author, source=source, verb=verb, state__in=STANDING)
    return found.order_by("-pk").first()


@transaction.atomic
def treat(
    post: Post,
    verb: str,
    *,
    by: Actor,
    why: str,
    until: datetime | None = None,
    policy: Policy | None = None,
) -> Sanction:
    """Warn, mute, ban or block whoever wrote the post, in its place. `until`: aware; None: until somebody lifts it."""
    author, reason = post.author, why.strip() or (policy.name if policy else "")
    if verb not in TREATING:
        raise Refusal(f"{verb or 'Nothing'} is nothing that is done to people: say {', '.join(TREATING)}")
    if not reason:
        raise Refusal(f"Say why they are to be {PAST[verb]}: the reason stands in the log")
    if until is not None and (verb not in TIMED or until <= timezone.now()):
        raise Refusal(
            f"Choose a later moment: {until:%d %B %Y %H:%M} UTC is over" if verb in TIMED else "That has no end"
        )
    if (no := obstacle(post.source, author, verb)) or author is None:
        raise Refusal(f"That cannot be done: {no}.")
    # two at once: one waits for the other here, and then finds what it did
    Author.of(post.workspace).select_for_update(no_key=True).filter(pk=author.pk).exists()
    Post.of(post.workspace).select_for_update().filter(pk=post.pk).exists()  # its strike is settled below
    if known := standing(author, post.source, verb):
        end = f"until {known.until:%d %B %Y %H:%M} UTC" if known.until else "until somebody lifts it"
        raise Refusal(f"{author} is {PAST[verb]} there already, {end}. Lift that first.")
    sent = outbox.put(post, verb, by=by, why=reason, author=author, until=until)
    sanction = Sanction.everywhere.create(
        workspace_id=post.workspace_id,
        author=author,
        source=post.source,
        post=post,
        verb=verb,
        until=until,
        why=reason,
        policy=policy.slug if policy else "",
        rule=by if isinstance(by, Rule) else None,
        by_member=by if isinstance(by, Member) else None,
        by_name=str(by)[:200],
        at=timezone.now(),
        sent=sent,
    )
    told: dict[str, Plain] = {"until": until, "post": post.pk, "outbox": sent.pk, "policy": sanction.policy or None}
    entry = audit(sanction, verb, by=by, why=reason, after=told)
    statements.of_sanction(sanction, post, entry, by=by)
    aftermath.settle(post, by=by, why=reason)
    proposals.overtake(author, verb, by=by)
    return sanction


@transaction.atomic
def treat_with_posts(
    post: Post,
    verb: str,
    *,
    by: Actor,
    why: str,
    until: datetime | None = None,
    policy: Policy | None = None,
    days: int = 0,
) -> Treated:
    """The same, and what they wrote there in the last `days` is removed with this post, as one batch (0: none)."""
    sanction = treat(post, verb, by=by, why=why, until=until, policy=policy)
    if days <= 0:
        return Treated(sanction)
    since = timezone.now() - timedelta(days=days)
    theirs = Post.of(post.workspace).filter(source=post.source, author=post.author, ours=False)
    theirs = theirs.filter(Q(published__gte=since) | Q(pk=post.pk)).exclude(decision=Decision.REMOVED)
    pks = list(theirs.order_by("-published", "-pk").values_list("pk", flat=True)[: MOST_POSTS + 1])
    decided: list[Decided] = []
    refused: list[str] = []
    for one in Post.of(post.workspace).select_related("workspace").filter(pk__in=pks[:MOST_POSTS]).order_by("pk"):
        try:
            decided.append(decide(one, Decision.REMOVED, by=by, why=sanction.why, policy=policy))
        except Refusal as no:
            refused.append(f"“{one}”: {no}")
    if len(pks) > MOST_POSTS:
        refused.append(
            f"They wrote more than {MOST_POSTS:,} posts in that time; the newest {MOST_POSTS:,} were removed"
        )
    name = f"{sanction.author} {PAST[verb]}, {len(decided)} post{'' if len(decided) == 1 else 's'} removed"
    batch = deeds.begin(post.workspace, BatchKind.BAN, name, by=by, why=sanction.why)
    record(batch, decided)
    _record(batch, sanction)
    whole = statements.of_entry(deeds.entry_of(sanction))
    statements.join(post.workspace, [one.act.pk for one in decided], whole)
    return Treated(sanction, batch, decided, refused)


def _record(batch: Batch, sanction: Sanction) -> None:
    deeds.save([deeds.deed(batch, deeds.entry_of(sanction), verb=sanction.verb, sanction=sanction, sent=sanction.sent)])


@transaction.atomic
def lift(sanction: Sanction, *, by: Actor, why: str) -> Sanction:
    """Take it back, on the network too, unless it was never told. Raises Refusal in words."""
    row = Sanction.of(sanction.workspace).select_related("source", "author", "workspace", "post")
    one = row.select_for_update(of=("self",)).get(pk=sanction.pk)
    if not why.strip():
        raise Refusal("Say why it is to be lifted: the reason stands in the log")
    if one.state not in STANDING:
        raise Refusal(f"This is not in force: {one.get_state_display().lower()}")
    if one.sent is not None and drop_unsent(one.sent):
        _end(one, SanctionState.LIFTED, by=by, why=why)
        return one
    back = contrary(one)
    if not back:
        raise Refusal(f"{one.author} has been {PAST[one.verb]}: that cannot be taken back")
    post = one.post or Post.of(one.workspace).filter(author=one.author, source=one.source).order_by("-pk").first()
    if back not in one.source.can or post is None:
        raise Refusal(f"With its settings {one.source} cannot be asked for it: lift it there by hand")
    one.ended_sent = outbox.put(post, back, by=by, why=why, author=one.author)
    _end(one, SanctionState.LIFTING, by=by, why=why)
    return one


def contrary(sanction: Sanction) -> str:
    """The verb that takes it back; "": nothing does."""
    return next((back for verb, back in TAKEN_BACK.items() if verb == sanction.verb), "")


def drop_unsent(row: Outbox) -> bool:
    """Whether it was called back before anybody tried to send it."""
    never = unleased(timezone.now())
    waiting = Outbox.of(row.workspace).filter(never, pk=row.pk, state=OutboxState.WAITING, tries=0)
    return waiting.update(state=OutboxState.DROPPED) == 1


def _end(one: Sanction, state: SanctionState, *, by: Actor, why: str) -> None:
    before, one.state = one.state, state
    one.ended, one.ended_by, one.ended_why = timezone.now(), str(by)[:200], why
    one.save(update_fields=["state", "ended", "ended_by", "ended_why", "ended_sent"])
    if one.until is None or one.ended < one.until:  # else its time was over
        statements.end_sanction(one, StatementEnd.UNDONE)
    audit(
        one,
        "lift",
        by=by,
        why=why,
        before={"state": before},
        after={"state": state, "outbox": one.ended_sent.pk if one.ended_sent else None},
    )
    if one.post is not None:
        aftermath.settle(one.post, by=by, why=why)


def end_due(now: datetime) -> bool:
    """End one whose time is over, for the loop. False: none is."""
    with transaction.atomic():
        one = deeds.due(now)
        if one is None:
            return False
        if ends_itself(one.source, one.verb):
            _end(one, SanctionState.LIFTED, by=System(one.source.name), why="Its time is over")
            return True
        try:
            lift(one, by=LOOP, why="Its time is over")
        except Refusal as no:  # said once; a person looks at it
            one.until, one.error = None, str(no)
            one.save(update_fields=["until", "error"])
            audit(one, "not lifted", by=LOOP, why=str(no))
    return True


def of_person(person: Person) -> QuerySet[Sanction]:
    """All that was done to them, in every place, newest first."""
    found = Sanction.of(person.workspace).filter(author__person=person).select_related("source", "author", "sent")
    return found.order_by("-pk")
