"""The trust page and the labelling list: what is counted, which posts are asked for, what each role may do."""

from html import unescape
from typing import Any

import pytest

from hubbub.core.facts import Sentiment
from hubbub.core.text.judgement import Judgement
from hubbub.measure import actions, trusting
from hubbub.store import judgements
from hubbub.store.counting import Counts
from hubbub.store.models import Correction, Judge, OwnModel, Post, Role, Workspace
from tests.world import NOON, World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PAGE = "/w/acme/measure/trust/"


@pytest.fixture
def judge(world: World) -> Judge:
    return Judge.everywhere.create(workspace=world.acme, version="1", made_of="1", since=NOON)


def fill(world: World, judge: Judge, pairs: str, *, asked: bool = False, first: int = 1) -> list[Post]:
    """A post for each pair "np": judged negative, labelled positive ("-" judged: not judged; "." no label)."""
    words: dict[str, Sentiment | None] = {"n": "negative", "p": "positive", "u": "neutral", "-": None}
    source = make_source(world.acme, f"Source {first} {judge.pk}")
    posts = []
    for number, (said, meant) in enumerate(pairs.split(), first):
        post = make_post(source, f"post-{number}", number, author=None)
        found = Judgement("en", 0.9, words[said], 0.0, 0.5 + number / 1000, 0.1, 0.1, "other", 0.5)
        judgements.settle([post], [found], judge.pk, now=NOON)
        counts = Counts(world.acme)
        counts.add_posts([post])
        counts.save()
        if meant != ".":
            value = words[meant]
            assert value
            actions.correct(post, "sentiment", value, by=world.alice, asked=asked)
        posts.append(post)
    return posts


@pytest.mark.parametrize(
    ("pairs", "labels", "hits", "of", "more"),
    [
        ("", 0, 0, 0, None),
        ("nn nn nn pp", 4, 4, 4, 278),
        ("nn np pp uu un", 5, 3, 5, 371),
        ("-n nn", 2, 1, 1, 364),
        ("n. nn", 1, 1, 1, 364),
    ],
)
def test_what_is_counted(
    world: World, judge: Judge, pairs: str, labels: int, hits: int, of: int, more: int | None
) -> None:
    fill(world, judge, pairs)
    found = trusting.field_trust(world.acme, "sentiment")
    assert (found.labels, found.answered.hits, found.answered.of, found.more) == (labels, hits, of, more)


def test_harder_posts_are_left_out_where_there_are_others(world: World, judge: Judge) -> None:
    fill(world, judge, "np np", asked=True)
    few = trusting.field_trust(world.acme, "sentiment")
    assert (few.asked_left_out, few.answered.of) == (False, 2)
    fill(world, judge, " ".join(["nn"] * 30), first=100)
    many = trusting.field_trust(world.acme, "sentiment")
    assert (many.asked_left_out, many.labels, many.answered.hits, many.answered.of) == (True, 32, 30, 30)


def test_an_own_layer_is_not_measured_by_what_it_learned(world: World, judge: Judge) -> None:
    fill(world, judge, "nn np")
    own = OwnModel.everywhere.create(workspace=world.acme, by_name="Alice", at=NOON, in_use=True, version="1")
    newer = Judge.everywhere.create(
        workspace=world.acme, version="1", made_of="1+", since=NOON.replace(year=2027), own=own
    )
    assert trusting.field_trust(world.acme, "sentiment").answered.of == 0
    fill(world, newer, "pp", first=50)
    assert trusting.field_trust(world.acme, "sentiment").answered.of == 1


def test_where_it_was_wrong(world: World, judge: Judge) -> None:
    fill(world, judge, "nn np pn up -n")
    client = world.client()
    page = client.get(f"{PAGE}wrong/?field=sentiment").content.decode()
    assert [number for number in range(1, 6) if f"post-{number}" in page] == [2, 3, 4, 5]
    one = client.get(f"{PAGE}wrong/?field=sentiment&says=negative&value=positive").content.decode()
    assert [number for number in range(1, 6) if f"post-{number}" in one] == [2]
    none = client.get(f"{PAGE}wrong/?field=sentiment&says=").content.decode()
    assert [number for number in range(1, 6) if f"post-{number}" in none] == [5]


def test_pages_of_what_was_wrong(world: World, judge: Judge) -> None:
    fill(world, judge, " ".join(["np"] * 5))
    first = trusting.wrong(world.acme, "sentiment", size=3)
    second = trusting.wrong(world.acme, "sentiment", before=first.older, size=3)
    seen = [row.word.post_id for row in (*first.rows, *second.rows)]
    assert (len(first.rows), len(second.rows), len(set(seen)), second.older) == (3, 2, 5, None)


def test_least_sure_first_and_nothing_twice(world: World, judge: Judge) -> None:
    posts = fill(world, judge, "n. n. p. nn")
    Post.of(world.acme).filter(pk=posts[1].pk).update(alike=posts[0])
    asked: list[int] = []
    while (post := trusting.next_post(world.acme, "sentiment", by_chance=False, skipped=asked).post) is not None:
        asked.append(post.pk)
    assert asked[0] == posts[2].pk  # of a class without labels
    assert set(asked) == {posts[0].pk, posts[1].pk, posts[2].pk}
    by_chance = trusting.next_post(world.acme, "sentiment", by_chance=True, skipped=[])
    assert (by_chance.post is not None, by_chance.left) == (True, 3)


def answer(client: Any, post: Post, said: str, **more: str) -> str:
    given = {"field": "sentiment", "pk": post.pk, "said": said, **more}
    done = client.post(f"{PAGE}label/", given, follow=True)
    assert done.status_code == 200
    return unescape(done.content.decode())


def test_labelling_one_after_another(world: World, judge: Judge) -> None:
    posts = fill(world, judge, "n. n. n.")
    client = world.client()
    assert "post-1" in client.get(f"{PAGE}label/").content.decode()
    page = answer(client, posts[0], "positive")
    assert "The model had said negative" in page
    assert "1 label for sentiment" in page
    assert "post-2" in page
    assert "post-3" in answer(client, posts[1], "skip")
    again = answer(client, posts[0], "undo")
    assert "Taken back" in again
    assert "post-1" in again
    assert not Correction.of(world.acme).filter(end="").exists()
    answer(client, posts[2], "negative", how="chance")
    word = Correction.of(world.acme).get(end="")
    assert (word.asked, word.agrees) == (False, True)


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.VIEWER, "trust/", 200),
        (Role.VIEWER, "trust/label/", 403),
        (Role.RESPONDER, "trust/label/", 200),
        (Role.VIEWER, "judging/languages/", 200),
    ],
)
def test_who_may_look(world: World, judge: Judge, role: Role, path: str, status: int) -> None:
    fill(world, judge, "n.")
    assert world.client(world.roles[role]).get(f"/w/acme/measure/{path}").status_code == status


@pytest.mark.parametrize("path", ["train/", "back/", "reread/", "stop/"])
def test_managers_alone_change_who_judges(world: World, judge: Judge, path: str) -> None:
    there = f"/w/acme/measure/judging/{path}"
    assert world.client(world.roles[Role.RESPONDER]).post(there).status_code == 403
    answer = world.client(world.roles[Role.MANAGER]).post(there, follow=True)
    assert answer.status_code == 200


def test_too_few_labels_are_refused_in_words(world: World, judge: Judge) -> None:
    fill(world, judge, "nn")
    page = world.client().post("/w/acme/measure/judging/train/", follow=True).content.decode()
    assert "Correct or confirm 199 more posts" in page
    assert not OwnModel.of(world.acme).exists()


def test_languages_are_kept_and_audited(world: World, judge: Judge) -> None:
    client = world.client()
    page = client.post(
        "/w/acme/measure/judging/languages/", {"language": ["de", "en"], "others": "cy"}, follow=True
    ).content.decode()
    assert Workspace.objects.get(pk=world.acme.pk).languages == "cy de en"
    assert "Stored posts will be read anew" in page
    assert "Welsh, German, English" in page
    refused = client.post("/w/acme/measure/judging/languages/", {"others": "English"}, follow=True)
    assert "no code of a language" in unescape(refused.content.decode())


def test_reading_anew_is_told_of_and_can_be_stopped(world: World, judge: Judge) -> None:
    fill(world, judge, "n. n.")
    Judge.of(world.acme).update(reading_below=99_999, reread=1, to_reread=2)
    client = world.client()
    for path in ("measure/trust/", "measure/said/", "listen/"):
        assert "1 of 2" in client.get(f"/w/acme/{path}").content.decode().replace(
            " stored posts: 1 looked at", "1 of 2"
        )
    client.post("/w/acme/measure/judging/stop/")
    assert Judge.of(world.acme).get().reading_below is None


SIDE = {"right": 0.7, "low": 0.6, "high": 0.8, "macro_recall": 0.7, "classes": []}
RESULT = {
    "field": "sentiment", "labels": 210, "better": True, "mended": 30, "broken": 4, "chance": 0.001,
    "before": SIDE, "after": {**SIDE, "right": 0.82},
}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "version", "error", "says", "usable"),
    [
        ("ready", "1", "", "30 mended, 4 broken: better", True),
        ("ready", "0", "", "It stands on an earlier shipped model", False),
        ("failed", "1", "no better than the shipped model", "no better than the shipped model", False),
        ("waiting", "", "", "It is being trained", False),
    ],
)
def test_trainings_with_their_results(
    world: World, judge: Judge, state: str, version: str, error: str, says: str, usable: bool
) -> None:
    results = [RESULT] if state == "ready" else []
    own = OwnModel.everywhere.create(
        workspace=world.acme, state=state, version=version, error=error, results=results, by_name="Alice", at=NOON
    )
    page = unescape(world.client().get(PAGE).content.decode())
    assert says in page
    there = f"/w/acme/measure/judging/own-models/{own.pk}/use/"
    assert (there in page) is usable
    assert there not in world.client(world.roles[Role.RESPONDER]).get(PAGE).content.decode()


def test_used_and_gone_back(world: World, judge: Judge) -> None:
    own = OwnModel.everywhere.create(
        workspace=world.acme, state="ready", version="1", results=[RESULT], by_name="Alice", at=NOON
    )
    client = world.client()
    used = client.post(f"/w/acme/measure/judging/own-models/{own.pk}/use/", follow=True).content.decode()
    assert "It comes into force in a moment." in used
    assert OwnModel.of(world.acme).get().in_use
    back = client.post("/w/acme/measure/judging/back/", follow=True).content.decode()
    assert "The shipped model judges alone again." in back
    assert not OwnModel.of(world.acme).get().in_use
