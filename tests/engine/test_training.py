"""A workspace's own layer: too few labels are told of; it is trained, used, and gone back from."""

import pytest

from hubbub.connectors import Batch
from hubbub.engine import judging
from hubbub.engine.take_in import take_in
from hubbub.measure import actions, model_actions
from hubbub.store import judges, models
from hubbub.store.models import Audit, Judge, OwnModel
from hubbub.ui import judging as shelf
from hubbub.ui.api import Refusal
from tests.engine.test_judged import NOW, reread, said, stored
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

# words that say nothing to the shipped model, and something here
SAYS = {"negative": "the zorb unit came in on the tray", "positive": "the blip unit came in on the tray"}


def fill(world: World, labels: int) -> None:
    """Posts of two kinds, in equal parts, each with its label."""
    source = make_source(world.acme)
    texts = [SAYS[("negative", "positive")[number % 2]] + f" in week {number // 2}" for number in range(labels)]
    take_in(source, batch(texts), now=NOW)
    for value, word in SAYS.items():
        rows = models.Post.of(world.acme).filter(text__startswith=word).order_by("pk")
        for start in range(0, rows.count(), actions.MOST):
            pks = list(rows.values_list("pk", flat=True)[start : start + actions.MOST])
            actions.correct_many(world.acme, pks, "sentiment", value, by=world.alice)


def batch(texts: list[str]) -> Batch:
    return Batch(posts=[said(number, text) for number, text in enumerate(texts)], cursor="")


def test_too_few_labels_are_told_of(world: World) -> None:
    fill(world, 10)
    with pytest.raises(Refusal, match="10 of the 200 labels for sentiment"):
        model_actions.train(world.acme, by=world.alice)
    assert not judging.train_one(NOW)


def test_it_is_trained_used_and_gone_back_from(world: World) -> None:
    fill(world, 240)
    before = judges.current(world.acme)
    waiting = model_actions.train(world.acme, by=world.alice)
    assert model_actions.train(world.acme, by=world.alice) == waiting  # a double click
    with pytest.raises(Refusal, match="cannot be used"):
        model_actions.use(waiting, by=world.alice)
    assert judging.train_one(NOW)
    model = OwnModel.of(world.acme).get()
    assert (model.state, model.trained_on, model.version) == ("ready", 240, shelf.shipped().version)
    result = model.results[0]
    assert result["field"] == "sentiment"
    assert result["after"]["right"] > result["before"]["right"]

    model_actions.use(model, by=world.alice)
    take_in(make_source(world.acme, "Shop"), batch(["a zorb on the tray", "a blip on the tray"]), now=NOW)
    assert reread(world) > 0
    judge = judges.current(world.acme)
    assert judge is not None
    assert judge.own_id == model.pk
    new = [post.sentiment for post in stored(world)[-2:]]
    assert new == ["negative", "positive"]

    model_actions.go_back(world.acme, by=world.alice)
    reread(world)
    assert judges.current(world.acme) == before
    assert set(models.Post.of(world.acme).values_list("judge", flat=True)) == {before.pk if before else 0}
    assert Judge.of(world.acme).count() == 2
    acts = Audit.of(world.acme).filter(noun="ownmodel").order_by("pk").values_list("verb", flat=True)
    assert list(acts) == ["train", "use", "go back"]
    with pytest.raises(Refusal, match="alone already"):
        model_actions.go_back(world.acme, by=world.alice)


def test_one_of_an_earlier_version_is_not_used(world: World) -> None:
    fill(world, 10)
    old = OwnModel.everywhere.create(workspace=world.acme, state="ready", version="0", at=NOW)
    with pytest.raises(Refusal, match="earlier shipped model"):
        model_actions.use(old, by=world.alice)
