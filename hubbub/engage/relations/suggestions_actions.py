"""Answering suggestions: taken, passed, put off. What was passed does not come again for a while."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.store import bulk, relations, suggestions
from hubbub.store.audit import audit
from hubbub.store.models import (
    Activity,
    Conversation,
    Member,
    Person,
    Post,
    Relationship,
    Suggestion,
    SuggestionKind,
    SuggestionState,
    Workspace,
)
from hubbub.ui.api import Refusal

from . import actions


class Follow(Struct, frozen=True):
    """What taking a suggestion makes: a relationship of this kind, unless one of `serves` stands; and what is next."""

    kind: str
    step: str
    serves: tuple[str, ...] = ()


FOLLOWS: dict[str, Follow] = {
    SuggestionKind.REVIEW: Follow("fan", "Ask for a review", ("advocate", "fan", "customer")),
    SuggestionKind.ANSWER: Follow("influencer", "Reply to what they said about us", ("influencer",)),
    SuggestionKind.SILENT: Follow("fan", "Ask how they are", ("customer", "advocate", "fan", "partner", "influencer")),
    SuggestionKind.BRAND: Follow("brand", "Say who we are", ("brand", "partner")),
    SuggestionKind.HELPED: Follow("fan", "Thank them for staying with us", ("customer", "fan")),
}


class Taken(Struct, frozen=True):
    """What came of it: the relationship, and the conversation or post in which to go on; None: there is none."""

    relationship: Relationship
    conversation: Conversation | None
    post: Post | None


def _locked(row: Suggestion) -> Suggestion:
    """The row as it is now, theirs alone until the transaction ends: after the person and what is counted of them, as
    merging and counting lock them. Where it went over to another person while we waited, all is begun anew."""
    rows = Suggestion.of(row.workspace).select_for_update(of=("self",)).select_related("person", "workspace")
    while True:
        with transaction.atomic():  # a savepoint: what is locked in it is let go with it
            whose = Suggestion.of(row.workspace).filter(pk=row.pk).values_list("person", flat=True).first()
            if whose is None:
                raise Refusal("This suggestion is gone: everything about the person was erased")
            list(bulk.held(Person.of(row.workspace).filter(pk=whose)))
            list(bulk.held(Activity.of(row.workspace).filter(person=whose)))
            found = rows.get(pk=row.pk)
            if found.person_id == whose:
                return found
            transaction.set_rollback(True)


def _open(row: Suggestion) -> Suggestion:
    found = _locked(row)
    if found.state not in suggestions.STANDS:
        by = f" by {found.by_name}" if found.by_name else ""
        raise Refusal(f"This suggestion stands no more: {found.get_state_display().lower()}{by}")
    return found


def _answer(row: Suggestion, state: SuggestionState, days: int, by: Member) -> None:
    now = timezone.now()
    row.state, row.answered, row.by_member, row.by_name = state, now, by, str(by)[:200]
    row.until = now + timedelta(days=days)
    row.save(update_fields=["state", "answered", "by_member", "by_name", "until", "relationship"])


def _again(workspace: Workspace) -> tuple[int, int]:
    own = suggestions.limits(relations.relating_of(workspace.pk))
    return own.again_days, own.later_days


@transaction.atomic
def take(row: Suggestion, *, by: Member, why: str = "") -> Taken:
    """Begin the relationship, or take the one that stands, with the next step planned for today. Raises Refusal."""
    found = _open(row)
    follow = FOLLOWS[found.kind]
    standing = {
        one.kind: one
        for one in Relationship.of(found.workspace)
        .filter(person=found.person, ended=None)
        .select_related("workspace", "person", "stage")
    }
    serving = next((standing[kind] for kind in follow.serves if kind in standing), None)
    kept = serving or actions.begin(found.person, follow.kind, by=by, owner=by, why=why or found.reason)
    if not kept.next_step:
        actions.plan(kept, follow.step, relations.today(found.workspace, timezone.now()), by=by, why=found.reason)
    found.relationship = kept
    if kept.stage.active:
        Suggestion.of(found.workspace).filter(pk=found.pk).update(won=timezone.now())
    _answer(found, SuggestionState.TAKEN, _again(found.workspace)[0], by)
    audit(found, "take", by=by, why=why, before={"state": "open"}, after={"relationship": kept.pk})
    post = posts_of(found, 1)
    newest = post[0] if post else None
    return Taken(kept, newest.conversation if newest else None, newest)


def posts_of(row: Suggestion, most: int = 10) -> list[Post]:
    """The posts behind it that are still there, newest first."""
    rows = Post.of(row.workspace).filter(pk__in=row.posts[:most]).select_related("source", "author", "conversation")
    return sorted(rows, key=lambda post: (post.published, post.pk), reverse=True)


@transaction.atomic
def leave(row: Suggestion, *, by: Member, why: str = "") -> Suggestion:
    """Not this one: it does not come again for as many days as the settings say. Raises Refusal."""
    found = _open(row)
    _answer(found, SuggestionState.PASSED, _again(found.workspace)[0], by)
    audit(found, "pass", by=by, why=why, before={"state": "open"}, after={"state": "passed", "until": found.until})
    return found


@transaction.atomic
def put_off(row: Suggestion, *, by: Member, days: int | None = None, why: str = "") -> Suggestion:
    """Later: it comes back by itself. Raises Refusal."""
    if days is not None and not 1 <= days <= 365:
        raise Refusal("Put it off for 1 to 365 days")
    found = _open(row)
    _answer(found, SuggestionState.LATER, days or _again(found.workspace)[1], by)
    audit(found, "put off", by=by, why=why, before={"state": "open"}, after={"state": "later", "until": found.until})
    return found


@transaction.atomic
def reopen(row: Suggestion, *, by: Member) -> Suggestion:
    """It was passed or put off by mistake. Raises Refusal."""
    found = _locked(row)
    if found.state not in (SuggestionState.PASSED, SuggestionState.LATER):
        raise Refusal("Only what was passed or put off can be opened again")
    before = {"state": str(found.state)}
    others = Suggestion.of(found.workspace).filter(person=found.person, kind=found.kind, state__in=suggestions.STANDS)
    other = others.exclude(pk=found.pk).select_related("person", "workspace").first()
    if other is not None:
        if found.until is None or found.until <= timezone.now():
            raise Refusal("The same is suggested again already")
        found.until = None  # it quiets the other one no longer, which came by a merge
        found.save(update_fields=["until"])
        audit(found, "reopen", by=by, before=before, after={"instead": other.pk})
        return other
    found.state, found.until, found.answered, found.by_member, found.by_name = (
        SuggestionState.OPEN,
        None,
        None,
        None,
        "",
    )
    found.save(update_fields=["state", "until", "answered", "by_member", "by_name"])
    audit(found, "reopen", by=by, before=before, after={"state": "open"})
    return found
