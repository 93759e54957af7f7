"""People's words on what posts say: they win, they are counted, they can be taken back."""

from collections.abc import Sequence

import pytest
from django.db.models import Sum
from msgspec import structs

from hubbub.core.text.judgement import Judgement
from hubbub.measure import actions
from hubbub.store import judgements
from hubbub.store.counting import COLUMNS, Counts
from hubbub.store.models import Audit, Correction, Judge, PastJudgement, Post, Rollup
from hubbub.ui.api import Refusal
from tests.world import NOON, World, make_mention, make_post, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

SAID = Judgement(
    language="en",
    language_sure=0.9,
    sentiment="negative",
    sentiment_score=-0.6,
    sentiment_sure=0.8,
    toxicity=0.7,
    spam=0.1,
    intent="complaint",
    intent_sure=0.6,
)


@pytest.fixture
def judge(world: World) -> Judge:
    return Judge.everywhere.create(workspace=world.acme, version="1", made_of="1", since=NOON)


@pytest.fixture
def post(world: World, judge: Judge) -> Post:
    """Judged, mentioned by one topic, and counted."""
    post = make_post(make_source(world.acme))
    make_mention(post, make_topic(world.acme))
    judgements.settle([post], [SAID], judge.pk, now=NOON)
    count([post])
    return fresh(post)


def count(posts: Sequence[Post]) -> None:
    counts = Counts(posts[0].workspace)
    counts.add_posts(posts)
    counts.save()


def fresh(post: Post) -> Post:
    return Post.of(post.workspace).select_related("workspace", "author", "source").get(pk=post.pk)


def counted(world: World) -> dict[str, int]:
    """Column → posts, of all posts; the topic's must be the same."""
    found = []
    for rows in (Rollup.of(world.acme).filter(topic=None), Rollup.of(world.acme).exclude(topic=None)):
        sums = rows.aggregate(**{f"sum_{name}": Sum(name) for name in COLUMNS})
        found.append({name: sums[f"sum_{name}"] for name in COLUMNS if sums[f"sum_{name}"]})
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("field", "value", "held", "columns"),
    [
        ("language", "de", {"language": "de", "language_sure": 1.0}, {"negative", "complaint", "toxic"}),
        (
            "sentiment",
            "positive",
            {"sentiment": "positive", "sentiment_score": 1.0, "sentiment_sure": 1.0},
            {"positive", "complaint", "toxic"},
        ),
        ("toxicity", "no", {"toxicity": 0.0}, {"negative", "complaint"}),
        ("spam", "yes", {"spam": 1.0}, {"negative", "complaint", "toxic", "spam"}),
        ("intent", "question", {"intent": "question", "intent_sure": 1.0}, {"negative", "question", "toxic"}),
    ],
)
def test_a_word_wins_and_can_be_taken_back(
    world: World, post: Post, field: str, value: str, held: dict[str, object], columns: set[str]
) -> None:
    before = counted(world)
    word = actions.correct(post, field, value, by=world.alice, why="I know them")
    assert fresh(post).judgement == structs.replace(SAID, **held)
    assert fresh(post).corrected == field
    assert counted(world) == dict.fromkeys({"posts"} | columns, 1)
    audit = Audit.of(world.acme).latest("pk")
    assert (audit.verb, audit.noun_id, audit.why, audit.after) == ("correct", post.pk, "I know them", {field: value})
    actions.undo(word, by=world.alice)
    assert (fresh(post).judgement, fresh(post).corrected) == (SAID, None)
    assert counted(world) == before
    with pytest.raises(Refusal, match="stands no longer"):
        actions.undo(word, by=world.alice)


def test_agreeing_is_a_label(world: World, post: Post) -> None:
    word = actions.agree(post, "sentiment", by=world.alice)
    assert (word.value, word.was, word.was_sure, word.agrees) == ("negative", "negative", 0.8, True)
    assert Audit.of(world.acme).latest("pk").verb == "agree"


def test_the_same_word_twice_is_one(world: World, post: Post) -> None:
    one = actions.correct(post, "intent", "question", by=world.alice)
    assert actions.correct(post, "intent", "question", by=world.alice) == one
    assert Correction.of(world.acme).count() == Audit.of(world.acme).count() == 1


def test_a_later_word_replaces_and_gives_way(world: World, post: Post) -> None:
    actions.correct(post, "intent", "question", by=world.alice)
    second = actions.correct(fresh(post), "intent", "request", by=world.alice)
    assert (second.was, fresh(post).intent) == ("complaint", "request")
    actions.undo(second, by=world.alice)
    assert (fresh(post).intent, fresh(post).corrected) == ("question", "intent")
    assert counted(world)["question"] == 1


def test_a_new_model_reads_under_the_words(world: World, post: Post, judge: Judge) -> None:
    word = actions.correct(post, "sentiment", "positive", by=world.alice)
    newer = Judge.everywhere.create(workspace=world.acme, version="2", made_of="2", since=NOON)
    said = structs.replace(SAID, sentiment="neutral", sentiment_score=0.1, toxicity=0.2)
    judgements.settle([row := fresh(post)], [said], newer.pk, now=NOON)
    assert (fresh(post).sentiment, fresh(post).toxicity, fresh(post).judge_id) == ("positive", 0.2, newer.pk)
    past = PastJudgement.of(world.acme).get(post=row)
    assert (past.judgement, past.judge, past.edited) == (SAID, judge, False)
    word.refresh_from_db()
    assert (word.was, word.says) == ("negative", "neutral")
    actions.undo(word, by=world.alice)
    assert fresh(post).judgement == said


def test_words_of_an_earlier_text_are_kept_and_stand_no_longer(world: World, post: Post, judge: Judge) -> None:
    word = actions.correct(post, "sentiment", "positive", by=world.alice)
    judgements.settle([fresh(post)], [SAID], judge.pk, now=NOON, edited=True)
    word.refresh_from_db()
    assert (word.end, word.value) == ("edited", "positive")
    assert (fresh(post).judgement, fresh(post).corrected) == (SAID, None)


def test_what_a_model_repeats_is_not_written_again(world: World, post: Post) -> None:
    newer = Judge.everywhere.create(workspace=world.acme, version="2", made_of="2", since=NOON)
    judgements.settle([fresh(post)], [SAID], newer.pk, now=NOON)
    assert not PastJudgement.of(world.acme).exists()
    assert fresh(post).judge_id == newer.pk


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("mood", "good", "cannot be corrected"),
        ("sentiment", "sad", "say one of negative, neutral, positive"),
        ("language", "English", "by its code"),
        ("spam", "0.3", "say one of yes, no"),
    ],
)
def test_what_cannot_be_said(world: World, post: Post, field: str, value: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        actions.correct(post, field, value, by=world.alice)


def test_nothing_is_agreed_with_where_nothing_was_judged(world: World) -> None:
    with pytest.raises(Refusal, match="was not judged"):
        actions.agree(make_post(make_source(world.acme)), "intent", by=world.alice)


def test_many_at_once_and_back(world: World, post: Post) -> None:
    other = make_post(post.source, "another", 2)
    strange = make_post(make_source(world.bravo), "not ours", 3)
    many = actions.correct_many(world.acme, [post.pk, other.pk, strange.pk], "spam", "yes", by=world.alice)
    assert {word.post_id for word in many.corrections} == {post.pk, other.pk}
    assert fresh(strange).spam is None
    actions.undo_many(world.acme, [word.pk for word in many.corrections], by=world.alice)
    assert (fresh(post).spam, fresh(other).spam) == (0.1, None)
