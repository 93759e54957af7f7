"""What was found in one post: each value with how sure and why, who said so, and what was said before."""

from collections.abc import Sequence

from msgspec import Struct

from hubbub.core.text import labels
from hubbub.core.text.judgement import Judgement, Reason
from hubbub.core.text.labels import NO, Judged
from hubbub.core.text.whole import place, whole
from hubbub.store import judgements
from hubbub.store.models import Correction, Judge, JudgedField, PastJudgement, Post
from hubbub.ui import judged, judging
from hubbub.ui.judged import Said

MOST = 30  # entries of a post's history
NAMED = 12  # places that are marked for one judgement: more say nothing
Place = tuple[str, int, int]  # field ("title" or "text"), start, end


class Told(Struct, frozen=True):
    """One field of the post."""

    said: Said
    because: str  # why it was not judged; "" where it was
    spans: Sequence[Place]  # the words that spoke for it
    against: Sequence[str]  # the words that spoke against it
    word: Correction | None  # the person's word that stands
    model_says: Said | None  # without that word


class Before(Struct, frozen=True):
    """What was held of the post until some time."""

    past: PastJudgement
    says: Sequence[Said]


class Detail(Struct, frozen=True):
    """The whole of it."""

    post: Post
    judge: Judge | None
    told: Sequence[Told]
    words: Sequence[Correction]  # all that people said of it, newest first
    before: Sequence[Before]


def detail(post: Post) -> Detail:
    """Everything about one post."""
    words = list(Correction.of(post.workspace).filter(post=post).order_by("-at", "-pk")[:MOST])
    standing = {judgements.judged(word): word for word in words if not word.end}
    judge = Judge.of(post.workspace).select_related("own").filter(pk=post.judge_id).first() if post.judge_id else None
    of_model = judgements.of_model(post, standing)
    told = [_told(post, one, standing.get(one.field), of_model, judge) for one in judged.said(post)]
    past = PastJudgement.of(post.workspace).filter(post=post).select_related("judge")[:MOST]
    return Detail(post, judge, told, words, [Before(row, _shown(row.judgement)) for row in past])


def _told(post: Post, said: Said, word: Correction | None, of_model: Judgement, judge: Judge | None) -> Told:
    label = labels.label(of_model, said.field)
    reasons = _reasons(post, said.field, label.value, judge)
    return Told(
        said=said,
        because="" if said.value else _because(post, said.field, judge),
        spans=[_place(post, one) for one in reasons if one.weight > 0],
        against=[_words(post, one) for one in reasons if one.weight < 0],
        word=word,
        model_says=None if word is None else _said(said.field, label, by_person=False),
    )


def _said(field: Judged, label: labels.Label, *, by_person: bool) -> Said:
    name = JudgedField(field).label
    return Said(field, name, label.value, judged.word(field, label.value) if label.value else "", label.sure, by_person)


def _shown(judgement: Judgement) -> list[Said]:
    return [_said(field, labels.label(judgement, field), by_person=False) for field in judged.ORDER]


def _because(post: Post, field: Judged, judge: Judge | None) -> str:
    if judge is None:
        return "no model has read this post yet"
    if not whole(post.title, post.text).strip():
        return "the post has no words"
    if field == "language":
        return "it is too short, or too mixed, to tell"
    if post.language and post.language != "en":
        return f"the model knows this of English only, and the post is in {judged.language(post.language)}"
    if not post.language:
        return "its language is not known, and the model knows this of English only"
    return "the model would only have guessed"


def _reasons(post: Post, field: Judged, value: str, judge: Judge | None) -> Sequence[Reason]:
    """What moved the model's answer; nothing where another version answered, whose reasons are not this one's."""
    if field == "language" or not value or judge is None or not judging.is_there():
        return ()
    if judge.version != judging.shipped().version:
        return ()
    if value == NO:  # the words that speak for "toxic" are no reason for "not toxic"
        return ()
    return judging.judging(judge).why(whole(post.title, post.text), field)[:NAMED]


def _place(post: Post, reason: Reason) -> Place:
    return place(post.title, post.text, reason.start, reason.end)


def _words(post: Post, reason: Reason) -> str:
    return whole(post.title, post.text)[reason.start : reason.end]
