"""Posts judged on their way in and read again; the roll-ups equal what is counted anew, whatever happens."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from hubbub.connectors import Batch
from hubbub.core.post import Author, Post
from hubbub.engine import judging, plans
from hubbub.engine.take_in import take_in
from hubbub.listen.actions import delete_source
from hubbub.measure import actions, model_actions
from hubbub.store import judges, models, rejudging, rereading, sameness
from hubbub.store.counting import COLUMNS, Counts
from hubbub.store.models import Correction, Judge, JudgedDay, PastJudgement, Rollup, Source
from hubbub.ui.api import Refusal
from tests.engine import fake_judging
from tests.world import World, make_source, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COPIED = "Win a free holiday in the sun with acme today, simply click the link below"
WORDS = ("acme", "rocket", "coffee", "late", "again", "great", "broken", "why", "please", "thanks", "order", "shop")


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> fake_judging.Fake:
    monkeypatch.setattr(rejudging, "BATCH", 7)
    monkeypatch.setattr(rereading, "BATCH", 7)
    return fake_judging.use(monkeypatch, "1")


def said(number: int, text: str, author: str = "carol", *, hours: int = 0) -> Post:
    return Post(
        str(number), text, author=Author(author, author), published=NOW - timedelta(hours=hours), type="comment"
    )


def take(source: Source, *posts: Post) -> None:
    take_in(Source.everywhere.get(pk=source.pk), Batch(posts=list(posts), cursor=""), now=NOW)


def stored(world: World) -> list[models.Post]:
    return list(models.Post.of(world.acme).select_related("author", "source", "workspace").order_by("pk"))


def reread(world: World) -> int:
    """To the end; the number of batches."""
    steps = 0
    while judging.rejudge_one(NOW):
        steps += 1
    return steps


def held_counts(world: World) -> tuple[Counter[tuple[object, ...]], Counter[tuple[object, ...]]]:
    hours: Counter[tuple[object, ...]] = Counter()
    for row in Rollup.of(world.acme):
        for name in COLUMNS:
            hours[row.source_id, row.topic_id, row.hour, name] += getattr(row, name) or 0
    days = Counter({(row.source_id, row.day, row.judge_id): row.posts for row in JudgedDay.of(world.acme)})
    return +hours, +days


def anew(world: World) -> tuple[Counter[tuple[object, ...]], Counter[tuple[object, ...]]]:
    """The same from the posts alone."""
    counts = Counts(world.acme)
    counts.add_posts(stored(world))
    hours: Counter[tuple[object, ...]] = Counter()
    for ((source, topic, hour), name), number in counts._posts.items():
        hours[source, topic, datetime.fromtimestamp(hour * 3600, UTC), name] += number
    return +hours, +Counter(dict(counts._judged))


def test_a_post_is_judged_on_its_way_in(world: World, fake: fake_judging.Fake) -> None:
    take(make_source(world.acme), said(1, "acme is late"))
    post = stored(world)[0]
    judge = judges.current(world.acme)
    assert judge is not None
    assert post.judge_id == judge.pk
    assert post.judgement == fake_judging.Fake(judge.made_of).judge(["acme is late"])[0]
    assert (judge.version, judge.reading_below) == ("1", None)


def test_copies_are_grouped_and_counted_by_others(world: World) -> None:
    blog, shop = make_source(world.acme), make_source(world.acme, "Shop")
    take(blog, said(1, COPIED, "ann", hours=3), said(2, f"{COPIED}!", "bob", hours=2), said(3, "acme, why late"))
    take(shop, said(4, COPIED.upper(), "cid", hours=1), said(5, COPIED, "ann"))
    posts = {post.native_id: post for post in stored(world)}
    assert {number: post.alike_id for number, post in posts.items()} == {
        "1": None, "2": posts["1"].pk, "3": None, "4": posts["1"].pk, "5": posts["1"].pk,
    }  # fmt: skip
    assert sameness.seen_of(list(posts.values())) == [2, 3, 0, 3, 2]
    assert sameness.sizes(posts.values(), world.acme)[posts["4"].pk] == sameness.Group(posts["1"].pk, 4)
    assert models.Post.of(world.acme).filter(sameness.group_of(posts["4"])).count() == 4
    assert sum(row.copies or 0 for row in Rollup.of(world.acme).filter(topic=None)) == 3


@pytest.mark.parametrize(("days", "alike"), [(29, True), (32, False)])
def test_a_month_apart_is_no_copy(world: World, days: int, alike: bool) -> None:
    source = make_source(world.acme)
    take(source, said(1, COPIED, "ann", hours=24 * days))
    take(source, said(2, COPIED, "bob"))
    assert (stored(world)[1].alike_id is not None) is alike


def test_who_is_next_becomes_the_first(world: World) -> None:
    blog, shop = make_source(world.acme), make_source(world.acme, "Shop")
    take(blog, said(1, COPIED, "ann", hours=3))
    take(shop, said(2, COPIED, "bob", hours=2), said(3, COPIED, "cid", hours=1))
    delete_source(blog, by=world.alice)
    second, third = stored(world)
    assert (second.alike_id, third.alike_id) == (None, second.pk)
    assert held_counts(world) == anew(world)
    take(shop, said(4, COPIED, "dan"))
    assert stored(world)[2].alike_id == second.pk


def test_an_edited_post_leaves_its_group_and_is_judged_anew(world: World) -> None:
    source = make_source(world.acme)
    make_topic(world.acme, query="holiday")
    take(source, said(1, COPIED, "ann", hours=3), said(2, COPIED, "bob", hours=2), said(3, COPIED, "cid", hours=1))
    first = stored(world)[0]
    word = actions.correct(first, "sentiment", "positive", by=world.alice)
    take(source, said(1, "something else that was written here instead", "ann", hours=3))
    first, second, third = stored(world)
    assert (first.alike_id, second.alike_id, third.alike_id) == (None, None, second.pk)
    assert (first.edited, first.corrected) == (True, None)
    word.refresh_from_db()
    assert word.end == "edited"
    assert PastJudgement.of(world.acme).get(post=first).edited
    assert held_counts(world) == anew(world)


def test_a_new_version_reads_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source(world.acme)
    take(source, *(said(number, f"acme {number} is late", hours=number) for number in range(20)))
    post = stored(world)[3]
    actions.correct(post, "intent", "request", by=world.alice)
    fake_judging.use(monkeypatch, "2")
    assert reread(world) == 3
    judge = judges.current(world.acme)
    assert judge is not None
    assert (judge.version, judge.reread, judge.to_reread, judge.reading_below) == ("2", 20, 20, None)
    assert {one.judge_id for one in stored(world)} == {judge.pk}
    assert stored(world)[3].intent == "request"
    assert PastJudgement.of(world.acme).values("post").distinct().count() == judge.reread_changed
    assert held_counts(world) == anew(world)
    assert list(JudgedDay.of(world.acme).filter(posts__gt=0).values_list("judge", flat=True).distinct()) == [judge.pk]


def test_posts_from_before_there_were_judges(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.ui.judging.is_there", lambda: False)
    take(make_source(world.acme), said(1, COPIED, "ann"), said(2, "acme", hours=40))
    before = [post.judge_id for post in stored(world)]
    fake_judging.use(monkeypatch, "1")
    reread(world)
    assert before == [None, None]
    assert all(post.judge_id and post.sentiment for post in stored(world))
    assert not PastJudgement.of(world.acme).exists()
    assert held_counts(world) == anew(world)


def test_it_is_stopped_and_begun_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    take(make_source(world.acme), *(said(number, f"acme {number}", hours=number) for number in range(20)))
    fake_judging.use(monkeypatch, "2")
    assert judging.rejudge_one(NOW)
    model_actions.stop_rereading(world.acme, by=world.alice)
    assert reread(world) == 0
    with pytest.raises(Refusal):
        model_actions.stop_rereading(world.acme, by=world.alice)
    judge = judges.current(world.acme)
    assert models.Post.of(world.acme).filter(judge=judge).count() == 7
    model_actions.reread(world.acme, 100, by=world.alice)
    reread(world)
    assert models.Post.of(world.acme).filter(judge=judge).count() == 20


def test_what_another_version_began_holds_nobody_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    take(make_source(world.acme), said(1, "acme is late"))
    take(make_source(world.bravo), said(1, "bravo is late"))
    fake_judging.use(monkeypatch, "2")
    plans.follow()
    theirs = Judge.everywhere.create(workspace=world.acme, version="9", made_of="9 |  | ", since=NOW, reading_below=99)
    assert theirs in rejudging.waiting()
    while judging.rejudge_one(NOW):
        pass
    assert {post.judge.version for post in models.Post.of(world.bravo).select_related("judge") if post.judge} == {"2"}


def test_a_judge_whose_transaction_was_taken_back_is_made_again(world: World) -> None:
    source = make_source(world.acme)
    take(source, said(1, "acme is late"))
    model_actions.set_languages(world.acme, "en de", by=world.alice)
    with transaction.atomic():
        plans.hold(world.acme)
        transaction.set_rollback(True)
    take(source, said(2, "acme is late again"))
    judge = judges.current(world.acme)
    assert judge is not None
    assert judge.languages == "de en"
    assert stored(world)[1].judge_id == judge.pk


def test_counts_that_were_lost_keep_nothing_from_being_saved(world: World) -> None:
    source = make_source(world.acme)
    take(source, said(1, "acme is late"))
    Rollup.of(world.acme).update(**dict.fromkeys(COLUMNS, 0))
    JudgedDay.of(world.acme).delete()
    take(source, said(1, "acme was late"), said(2, "thanks"))
    assert [post.text for post in stored(world)] == ["acme was late", "thanks"]
    assert min(getattr(row, name) or 0 for row in Rollup.of(world.acme) for name in COLUMNS) == 0


def test_languages_make_another_judge(world: World) -> None:
    take(make_source(world.acme), said(1, "acme"))
    model_actions.set_languages(world.acme, "de, en", by=world.alice)
    reread(world)
    judge = judges.current(world.acme)
    assert judge is not None
    assert (judge.languages, stored(world)[0].judge_id) == ("de en", judge.pk)
    assert Judge.of(world.acme).count() == 2
    model_actions.set_languages(world.acme, "", by=world.alice)
    reread(world)
    assert Judge.of(world.acme).count() == 2  # the first one again


def test_rules_know_what_was_found(world: World) -> None:
    models.Rule.everywhere.create(
        workspace=world.acme, name="Rude", when="toxicity:>=0 lang:(en OR de)", then="queue", state="live", because="x"
    )
    world.acme.plan_changed()
    take(make_source(world.acme), *(said(number, f"number {number}") for number in range(30)))
    for post in stored(world):
        assert (post.decision == "queued") is (post.language in {"en", "de"}), post.language


@pytest.mark.parametrize("seed", range(6))
def test_roll_ups_equal_what_is_counted_anew(world: World, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    sources = [make_source(world.acme), make_source(world.acme, "Shop"), make_source(world.acme, "Forum")]
    topics = [make_topic(world.acme), make_topic(world.acme, "Coffee", "coffee OR holiday")]
    world.acme.plan_changed()
    version = 1
    for _ in range(30):
        match chance.choice(("take", "take", "edit", "correct", "undo", "topic", "version", "step", "step", "delete")):
            case "take" | "edit":
                take(chance.choice(sources), *_posts(chance))
            case "correct":
                for post in chance.sample(every := stored(world), min(3, len(every))):
                    field, value = chance.choice((("sentiment", "positive"), ("spam", "yes"), ("intent", "question")))
                    actions.correct(post, field, value, by=world.alice)
            case "undo":
                for word in list(Correction.of(world.acme).filter(end="")[:2]):
                    actions.undo(word, by=world.alice)
            case "topic":
                topic = chance.choice(topics)
                rereading.begin(topic, 100)
                rereading.step(topic, now=NOW)
            case "version":
                version += 1
                fake_judging.use(monkeypatch, str(version))
            case "step":
                judging.rejudge_one(NOW)
            case "delete" if chance.random() < 0.3 and len(sources) > 1:
                delete_source(sources.pop(), by=world.alice)
        assert held_counts(world) == anew(world)
    plans.follow()
    reread(world)
    assert held_counts(world) == anew(world)
    firsts = set(models.Post.of(world.acme).filter(alike=None).values_list("pk", flat=True))
    assert set(models.Post.of(world.acme).exclude(alike=None).values_list("alike", flat=True)) <= firsts


def _posts(chance: random.Random) -> Sequence[Post]:
    """Some of forty posts, with words that may have changed since."""
    return [
        said(
            number,
            COPIED if chance.random() < 0.3 else " ".join(chance.choices(WORDS, k=chance.randint(0, 9))),
            chance.choice("abc"),
            hours=number,
        )
        for number in chance.sample(range(40), 6)
    ]
