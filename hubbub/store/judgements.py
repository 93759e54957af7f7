"""What is held of a post: the model's judgement, with people's words on top, and what was held before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import structs

from hubbub.core.text import labels
from hubbub.core.text.judgement import Judgement
from hubbub.core.text.labels import Judged, Label

from . import bulk
from .models import Correction, CorrectionEnd, PastJudgement, Post
from .models.post import JUDGED

Words = Mapping[Judged, Correction]  # a post's standing corrections


def words_of(posts: Sequence[Post]) -> Mapping[int, dict[Judged, Correction]]:
    """Post id → what people say of it now."""
    found: dict[int, dict[Judged, Correction]] = defaultdict(dict)
    corrected = [post.pk for post in posts if post.corrected]
    if corrected:
        for word in Correction.everywhere.filter(post__in=corrected, end=CorrectionEnd.STANDS):
            found[word.post_id][judged(word)] = word
    return found


def judged(word: Correction) -> Judged:
    """The field that a correction is about."""
    return next(field for field in labels.FIELDS if field == word.field)


def of_model(post: Post, words: Words) -> Judgement:
    """What the model that judged the post says of it, without people's words."""
    said = post.judgement
    for field, word in words.items():
        said = labels.put(said, field, Label(word.says, word.says_sure, word.says_score))
    return said


def hold(post: Post, said: Judgement, words: Words) -> None:
    """Set on the post (unsaved) what is held of it: `said` by the model, and people's words instead where they are."""
    for field, word in words.items():
        said = labels.put(said, field, labels.of_person(field, word.value))
    post.judgement = said
    post.corrected = " ".join(field for field in labels.FIELDS if field in words) or None


def save(posts: Sequence[Post]) -> None:
    """Write what `hold` set, and who judged."""
    bulk.update(
        Post,
        (*JUDGED, "judge", "corrected"),
        [(*(getattr(post, name) for name in JUDGED), post.judge_id, post.corrected, post.pk) for post in posts],
    )


def settle(posts: Sequence[Post], said: Sequence[Judgement], judge: int, *, now: datetime, edited: bool = False) -> int:
    """Replace what the model says of these posts by what `judge` says, and save it. Returns how many say otherwise now.

    What was said before goes into the history. People's words stay on top, unless their text was `edited`: then they
    stand no longer, and are kept. The posts must be held; the caller counts them.
    """
    words = words_of(posts)
    past: list[PastJudgement] = []
    for post, new in zip(posts, said, strict=True):
        spoken = words.get(post.pk, {})
        before = of_model(post, spoken)
        if post.judge_id is not None and before != new:
            past.append(
                PastJudgement(
                    workspace_id=post.workspace_id,
                    post=post,
                    judge_id=post.judge_id,
                    said=structs.asdict(before),
                    until=now,
                    edited=edited,
                )
            )
        for field, word in spoken.items():
            _follow(word, labels.label(new, field), edited=edited, now=now)
        hold(post, new, {} if edited else spoken)
        post.judge_id = judge
    changed = [word for spoken in words.values() for word in spoken.values()]
    Correction.everywhere.bulk_update(changed, ["says", "says_sure", "says_score", "end", "ended"], batch_size=200)
    PastJudgement.everywhere.bulk_create(past, batch_size=500)
    save(posts)
    return len(past)


def _follow(word: Correction, says: Label, *, edited: bool, now: datetime) -> None:
    if edited:  # what the model says of other words is no measure of what a person said of these
        word.end, word.ended = CorrectionEnd.EDITED, now
    else:
        word.says, word.says_sure, word.says_score = says.value, says.sure, says.score
