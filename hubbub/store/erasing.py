"""Erasing: the words of posts that are gone for good, and everything about a person who asks for it."""

import re
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from msgspec import Struct

from hubbub.core.text.judgement import NOT_JUDGED

from . import answers, approvals, bulk, merging, peopling, sameness, threads
from .audit import audit
from .counting import Counts
from .models import (
    NEVER,
    Actor,
    Appeal,
    Author,
    Decision,
    Draft,
    HeldFor,
    IdentityKey,
    ImportedLine,
    Likeness,
    LineFate,
    Mention,
    Notification,
    Outbox,
    OutboxState,
    Person,
    Post,
    Redaction,
    Relationship,
    Report,
    Sketch,
    Statement,
    Workspace,
)
from .models.post import JUDGED
from .outbox import ANSWERS, UNSENT
from .unnaming import Names, unname

ERASED = ("title", "text", "links", "media", "state", "decision", "mentioned", "signature", "alike", "corrected")
CHUNK = 500
NOT_AGAIN = "This person was erased on their wish, and is not taken in again"
KEPT = frozenset({"author.person", "person.merged_into"})  # columns that name a person whose rows stay, without words


class Gone(Struct, frozen=True):
    """How much was erased."""

    posts: int
    names: int


def erase_posts(
    workspace: Workspace, rows: QuerySet[Post], why: str, counts: Counts, *, by: Actor, verb: str = "deleted there"
) -> int:
    """The words of these posts and what was worked out of them; the rows stay, so that they are not taken in again.
    Call it in a transaction; `counts` follows. Returns how many had words."""
    gone = list(bulk.held(rows.exclude(state="removed", text="", title="")))
    if not gone:
        return 0
    counts.add_posts(gone, number=-1)
    ids = [row.pk for row in gone]
    for at in range(0, len(ids), CHUNK):
        some = ids[at : at + CHUNK]
        Mention.of(workspace).filter(post__in=some).delete()
        # the original behind covered words goes as well, and cannot be put back
        Redaction.of(workspace).filter(post__in=some).update(original="", text="", undone=timezone.now())
        Outbox.of(workspace).filter(post__in=some, verb="redact").update(text="")
    sameness.leave(workspace, ids, counts)
    answers.stir(ids)
    for row in gone:
        before = {"state": row.state, "decision": row.decision}
        threads.follow_words(row, "", "")
        row.title = row.text = ""
        row.links, row.media = [], []
        row.state, row.mentioned = "removed", False
        row.decision = Decision.REMOVED if row.decision else row.decision
        row.judgement, row.corrected = NOT_JUDGED, None
        row.signature = row.alike_id = None
        audit(row, verb, by=by, why=why, before=before, after={"state": row.state, "decision": row.decision})
    Post.everywhere.bulk_update(gone, [*ERASED, *JUDGED], batch_size=200)
    counts.add_posts(gone)
    return len(gone)


def erased_authors(workspace: Workspace, authors: Sequence[int | None]) -> set[int]:
    """Those of these whose person was erased: what their network still shows of them is not taken over again."""
    known = [pk for pk in authors if pk is not None]
    rows = Author.of(workspace).filter(pk__in=bulk.numbered(sorted(set(known))), person__erased__isnull=False)
    return set(rows.values_list("pk", flat=True)) if known else set()


@transaction.atomic
def erase(person: Person, *, by: Actor, why: str = "") -> Gone:
    """Everything about a person: their names, their words, what was noted, known and agreed. It cannot be taken back.

    Rows of posts and names stay empty, so that what their network still shows is not taken in again; decisions,
    strikes and statements stay, without words of theirs. Raises merging.Refused.
    """
    workspace = person.workspace
    ids = [person.pk, *merging.merged_into(person)]
    names = list(bulk.held(Author.of(workspace).filter(person__in=ids)))
    rows = list(bulk.held(Person.of(workspace).filter(pk__in=sorted(ids))))
    if any(row.erased for row in rows if row.pk == person.pk):
        raise merging.Refused("This person was erased already")
    authors = [name.pk for name in names]
    counts = Counts(workspace)
    posts = Post.of(workspace).filter(author__in=authors, ours=False)
    many = erase_posts(workspace, posts, why, counts, by=by, verb="erase")
    counts.save()
    posts.update(url="")
    Report.of(workspace).filter(reporter__in=authors).update(name="", email="", why="")
    Appeal.of(workspace).filter(statement__author__in=authors).update(text="")
    Statement.of(workspace).filter(author__in=authors).update(fired=[])
    _erase_said_of_them(workspace, ids, authors)
    _call_back(workspace, authors, by)
    _leave_out(workspace, ids, names)
    unname(workspace, Names(rows, names), authors, by=by)
    for name, field in merging.columns():
        if name not in KEPT:
            field.model._base_manager.filter(**{f"{field.name}__in": ids}).delete()
    IdentityKey.of(workspace).filter(author__in=authors).delete()
    Likeness.of(workspace).filter(Q(first__in=authors) | Q(second__in=authors)).delete()
    for one in names:
        _empty(one)
    Author.everywhere.bulk_update(names, [*WORDS, "account_created", "followers", "stirred"], batch_size=200)
    Person.of(workspace).filter(pk__in=ids).update(
        name="", about="", erased=timezone.now(), last_seen=NEVER, followers=0
    )  # fmt: skip
    peopling.settle(ids)
    person.refresh_from_db()
    audit(person, "erase", by=by, why=why, after={"posts": many, "names": len(names)})
    return Gone(many, len(names))


def _call_back(workspace: Workspace, authors: Sequence[int], by: Actor) -> None:
    """What was to be said to them is not sent any more; what is on its way at this moment is told by its fate."""
    rows = Outbox.of(workspace).filter(Q(post__author__in=authors) | Q(author__in=authors), state__in=UNSENT)
    rows = rows.filter(verb__in=[*ANSWERS, "edit"]).exclude(lease_until__gt=timezone.now())
    for row in bulk.held(rows):
        before, row.state, row.held_for = row.state, OutboxState.DROPPED, HeldFor.NONE
        row.save(update_fields=["state", "held_for"])
        audit(row, "drop", by=by, why="the person was erased", before={"state": before}, after={"state": row.state})
        approvals.withdraw(row, by=by, why="the person was erased")


def _leave_out(workspace: Workspace, people: Sequence[int], names: Sequence[Author]) -> None:
    """Lines of files on their way in that name them as a network does, or by their number; others have their name."""
    numbers = {str(pk) for pk in people}
    known = {
        (place, ident.casefold())
        for one in names
        for place in (one.network.casefold(), one.network.partition(" ")[0].casefold())
        for ident in (one.native_id, one.handle)
        if ident
    }
    for line in ImportedLine.of(workspace).filter(fate=LineFate.WAITING).only("cells"):
        cells = {name: text.casefold() for name, text in line.cells.items()}
        said = {("mail", address) for address in re.split(r"[\s,;<>]+", cells.get("email", ""))}
        said |= {(cells.get("network", ""), cells.get(name, "").removeprefix("@")) for name in ("native_id", "handle")}
        if said & known or cells.get("id") in numbers:
            ImportedLine.of(workspace).filter(pk=line.pk).update(fate=LineFate.LEFT, says=NOT_AGAIN, cells={})


def _erase_said_of_them(workspace: Workspace, people: Sequence[int], authors: Sequence[int]) -> None:
    """What was begun for them and not sent, what a model was told, and what members were told with their name."""
    for model in (Draft, Sketch):
        theirs = Q(post__author__in=authors) | Q(conversation__author__in=authors)
        model.of(workspace).filter(theirs).delete()
    relationships = Relationship.of(workspace).filter(person__in=people).values_list("pk", flat=True)
    for noun, pks in (("person", list(people)), ("relationship", list(relationships))):
        Notification.of(workspace).filter(noun=noun, noun_id__in=pks).delete()


WORDS = ("native_id", "handle", "name", "url", "about", "links", "verified", "picture")


def _empty(one: Author) -> None:
    one.native_id = f"erased {one.pk}"  # the network's own name for them is theirs, too
    one.handle = one.name = one.url = one.about = one.picture = ""
    one.links, one.verified = [], []
    one.account_created = one.followers = None
    one.stirred = False
