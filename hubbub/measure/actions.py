"""What the room changes: people's words on what posts say, and how posts are judged. An act is one transaction with
its audit row."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.core.text import labels
from hubbub.core.text.labels import Judged
from hubbub.store import bulk, judgements
from hubbub.store.audit import audit
from hubbub.store.counting import Counts
from hubbub.store.models import Correction, CorrectionEnd, JudgedField, Member, Post, Workspace
from hubbub.ui.api import Refusal

MOST = 200  # posts in one bulk act


class Many(Struct, frozen=True):
    """What became of a bulk act."""

    corrections: Sequence[Correction]
    refused: Sequence[str]  # why the others were not, in words


def correct(post: Post, field: str, value: str, *, by: Member, why: str = "", asked: bool = False) -> Correction:
    """Say what one field of a post is. It stands wherever the model's word would, until it is taken back.

    The same as the model says is an agreement: a label, too. `asked`: it was asked for. The same word twice (a double
    click) gives what the first one gave. Raises Refusal.
    """
    return correct_many(post.workspace, [post.pk], field, value, by=by, why=why, asked=asked).corrections[0]


@transaction.atomic
def correct_many(
    workspace: Workspace,
    pks: Sequence[int],
    field: str,
    value: str,
    *,
    by: Member,
    why: str = "",
    asked: bool = False,
) -> Many:
    """The same of many posts, in one transaction. Raises Refusal."""
    name = _field(field)
    if not labels.fits(name, value):
        raise Refusal(f"{JudgedField(name).label} cannot be “{value[:40]}”: {_choices(name)}.")
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} posts were chosen; {MOST} at a time is the most.")
    posts = _held(workspace, pks)
    if not posts:
        raise Refusal("There is no such post here any more.")
    now = timezone.now()
    words = judgements.words_of(posts)
    counts = Counts(workspace)
    counts.add_posts(posts, number=-1)
    said = []
    for post in posts:
        spoken = words.get(post.pk, {})
        said.append(_say(post, spoken, name, value, by=by, why=why, asked=asked, now=now))
    judgements.save(posts)
    counts.add_posts(posts)
    counts.save()
    return Many(said, ())


def agree(post: Post, field: str, *, by: Member, why: str = "", asked: bool = False) -> Correction:
    """Yes, that is right: what the post shows now is what a person says. Raises Refusal where nothing is shown."""
    name = _field(field)
    shown = labels.label(post.judgement, name)
    if not shown.value:
        raise Refusal(f"{JudgedField(name).label} was not judged for this post: say what it is instead.")
    return correct(post, field, shown.value, by=by, why=why, asked=asked)


@transaction.atomic
def agree_all(post: Post, fields: Sequence[Judged], *, by: Member) -> list[Correction]:
    """Yes, all that is shown is right: one word for each of these fields, but those that a person spoke of already."""
    spoken = set((post.corrected or "").split())
    return [agree(post, field, by=by) for field in fields if field not in spoken]


def _say(
    post: Post,
    spoken: dict[Judged, Correction],
    field: Judged,
    value: str,
    *,
    by: Member,
    why: str,
    asked: bool,
    now: datetime,
) -> Correction:
    """One post's: the row, the post (unsaved), the audit row."""
    stands = spoken.get(field)
    if stands is not None and stands.value == value:
        return stands
    shown = labels.label(post.judgement, field).value
    model = judgements.of_model(post, spoken)
    if stands is not None:
        stands.end, stands.ended = CorrectionEnd.REPLACED, now
        stands.save(update_fields=["end", "ended"])
    says = labels.label(model, field)
    word = Correction.everywhere.create(
        workspace_id=post.workspace_id,
        post=post,
        field=field,
        value=value,
        was=says.value,
        was_sure=says.sure,
        was_judge_id=post.judge_id,
        says=says.value,
        says_sure=says.sure,
        says_score=says.score,
        by=by,
        by_name=str(by)[:200],
        why=why.strip(),
        asked=asked,
        at=now,
    )
    judgements.hold(post, model, {**spoken, field: word})
    verb = "agree" if word.agrees else "correct"
    audit(post, verb, by=by, why=why.strip(), before={field: shown}, after={field: value})
    return word


@transaction.atomic
def undo_many(workspace: Workspace, pks: Sequence[int], *, by: Member, why: str = "") -> Many:
    """Take words back (ids of corrections): the word before stands again, else the model's. Those that stand no longer
    are told of and left alone."""
    if len(pks) > MOST:
        raise Refusal(f"{len(pks)} corrections were chosen; {MOST} at a time is the most.")
    given = Correction.of(workspace).filter(pk__in=pks)
    posts = {post.pk: post for post in _held(workspace, list(given.values_list("post_id", flat=True)))}
    now = timezone.now()
    counts = Counts(workspace)
    counts.add_posts(posts.values(), number=-1)
    done, refused = [], []
    for word in given.order_by("pk"):  # read only now that nobody else can change them
        post = posts.get(word.post_id)
        if post is None or word.end:
            refused.append(f"“{word}” stands no longer ({word.get_end_display().lower()}). Nothing was changed.")
            continue
        _take_back(post, word, by=by, why=why, now=now)
        done.append(word)
    judgements.save(list(posts.values()))
    counts.add_posts(posts.values())
    counts.save()
    return Many(done, refused)


def undo(correction: Correction, *, by: Member, why: str = "") -> Correction:
    """Take one back. Raises Refusal where it stands no longer."""
    many = undo_many(correction.workspace, [correction.pk], by=by, why=why)
    if many.refused:
        raise Refusal(many.refused[0])
    return many.corrections[0]


def _take_back(post: Post, word: Correction, *, by: Member, why: str, now: datetime) -> None:
    field = judgements.judged(word)
    spoken = judgements.words_of([post]).get(post.pk, {})
    model = judgements.of_model(post, spoken)
    word.end, word.ended = CorrectionEnd.UNDONE, now
    word.save(update_fields=["end", "ended"])
    del spoken[field]
    earlier = Correction.of(post.workspace).filter(
        post=post, field=field, end=CorrectionEnd.REPLACED, ended=word.at
    )  # the word that this one replaced
    before = earlier.order_by("-pk").first()
    if before is not None:
        before.end, before.ended = CorrectionEnd.STANDS, None
        before.says, before.says_sure, before.says_score = word.says, word.says_sure, word.says_score
        before.save(update_fields=["end", "ended", "says", "says_sure", "says_score"])
        spoken[field] = before
    judgements.hold(post, model, spoken)
    after = labels.label(post.judgement, field).value
    audit(post, "take back", by=by, why=why.strip(), before={field: word.value}, after={field: after})


def _held(workspace: Workspace, pks: Sequence[int]) -> list[Post]:
    """The posts as they are now, nobody else's to change."""
    return list(bulk.held(Post.of(workspace).filter(pk__in=pks)).select_related("workspace"))


def _field(field: str) -> Judged:
    for known in labels.FIELDS:
        if known == field:
            return known
    raise Refusal(f"“{field[:40]}” cannot be corrected: {', '.join(labels.FIELDS)} can.")


def _choices(field: Judged) -> str:
    if labels.CLASSES[field]:
        return f"say one of {', '.join(labels.CLASSES[field])}"
    return "say a language by its code of two letters, as en"
