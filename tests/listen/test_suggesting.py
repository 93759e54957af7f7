"""What the guide suggests: filled in from the brand, tried side by side, added if it answers, explained if not."""

from collections.abc import Iterator
from threading import Barrier
from typing import ClassVar

import pytest
from selectolax.lexbor import LexborHTMLParser

import hubbub.connectors
from hubbub.connectors import Batch, Brand, Connector, Field, Found, Http, ReadOnly, Settings
from hubbub.core.failures import Retry
from hubbub.core.post import Post
from hubbub.listen import guide
from hubbub.store.models import Audit, Source, Workspace
from tests.world import World, make_topic

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HERE = "/w/acme/listen/guide/"


class Wall(ReadOnly):
    """A place that is searched by words; those that hold "busy" do not answer. `gate`: all are asked at once."""

    about = "A wall for tests."
    fields = (Field("words", "Words"), Field("more", "More", required=False))
    every = 600
    keyless = True
    tested = (hubbub.connectors.Tested("nothing"),)
    gate: ClassVar[Barrier | None] = None

    def suggest(self, brand: Brand) -> Settings | None:
        return {"words": f"{brand.name} #{brand.tag}"}

    def check(self, settings: Settings, http: Http) -> Found:
        if Wall.gate:
            Wall.gate.wait(timeout=20)
        if "busy" in settings["words"]:
            raise Retry("The wall is busy.")
        return Found(f"7 posts with {settings['words']}", name=self.label, sample=(Post("1", "I like acme"),))

    def fetch(self, settings: Settings, cursor: str, http: Http) -> Batch:
        return Batch((), cursor)


class WallA(Wall):
    kind, label = "wall_a", "Wall wall_a"


class WallB(Wall):
    kind, label = "wall_b", "Wall wall_b"


@pytest.fixture
def walls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Connector]]:
    """Two places that a name is enough for, beside what there is."""
    real = dict(hubbub.connectors.connectors())
    feed, files = real["feed"], real["files"]
    made: dict[str, Connector] = {"feed": feed, "files": files, "wall_a": WallA(), "wall_b": WallB()}
    for module in ("kinds", "views_sources", "trying", "queries"):
        monkeypatch.setattr(f"hubbub.listen.{module}.connectors", lambda: made, raising=False)
    yield list(made.values())
    Wall.gate = None


@pytest.fixture
def fresh(world: World, walls: list[Connector]) -> World:
    Workspace.objects.filter(pk=world.acme.pk).update(guided=False)
    make_topic(world.acme, "Acme Rockets", '"acme rockets"')
    return world


def form(*pick: str, **words: str) -> dict[str, object]:
    return {"pick": list(pick), **{f"{kind}-set-words": text for kind, text in words.items()}}


def test_the_brand_is_the_first_topic_about_it(world: World) -> None:
    assert guide.brand_of(world.acme) is None
    make_topic(world.acme, "The field", "coffee", kind="industry")
    make_topic(world.acme, 'Acme "Rockets"', "acme")
    assert guide.brand_of(world.acme) == Brand("Acme Rockets", "acmerockets")


def test_what_a_name_is_enough_for_is_filled_in(fresh: World) -> None:
    page = LexborHTMLParser(fresh.client().get(f"{HERE}?step=3").content)
    boxes = [box.attributes["value"] for box in page.css("input[name=pick]")]
    assert boxes == ["wall_a", "wall_b"]
    words = page.css_first('input[name="wall_a-set-words"]')
    assert words.attributes["value"] == "Acme Rockets #acmerockets"
    cards = [box.attributes["value"] for box in page.css('form.card input[name="kind"]')]
    assert cards == ["feed", "files"]  # an address has to be known for these


def test_all_that_is_ticked_is_asked_at_the_same_time_and_added(fresh: World) -> None:
    Wall.gate = Barrier(2)  # whoever is asked waits until the other is asked, too
    answer = fresh.client().post(f"{HERE}sources/", form("wall_a", "wall_b"))
    assert (answer.status_code, answer["Location"].endswith("?step=4")) == (303, True)
    assert [(one.kind, one.settings["words"]) for one in Source.of(fresh.acme).order_by("kind")] == [
        ("wall_a", "Acme Rockets #acmerockets"),
        ("wall_b", "Acme Rockets #acmerockets"),
    ]
    assert Audit.of(fresh.acme).filter(verb="add", why="chosen in the guide").count() == 2


def test_what_does_not_answer_says_so_and_the_rest_is_added(fresh: World) -> None:
    answer = fresh.client().post(f"{HERE}sources/", form("wall_a", "wall_b", wall_a="busy", wall_b="rockets"))
    assert answer.status_code == 422
    assert [one.settings["words"] for one in Source.of(fresh.acme)] == ["rockets"]
    page = LexborHTMLParser(answer.content)
    assert "The wall is busy." in page.css_first("#tried-wall_a").text()
    assert page.css_first('input[name="wall_a-set-words"]').attributes["value"] == "busy"
    assert page.css_first('input[name=pick][value="wall_a"][checked]') is not None
    assert "Added “Wall wall_b”" in answer.content.decode()


@pytest.mark.parametrize(
    ("pick", "words", "says"),
    [
        (["wall_a"], "rockets", "7 posts with rockets"),
        (["wall_a"], "busy", "The wall is busy."),
        (["wall_a"], " ", "This field is required."),
        ([], "rockets", ""),
    ],
)
def test_one_is_tried_as_it_is_ticked(fresh: World, pick: list[str], words: str, says: str) -> None:
    given = {**form(*pick, wall_a=words), "kind": "wall_a"}
    page = fresh.client().post(f"{HERE}try/", given).content.decode()
    assert says in page
    assert not Source.of(fresh.acme).exists()


def test_what_is_listened_to_already_is_not_suggested_again(fresh: World) -> None:
    fresh.client().post(f"{HERE}sources/", form("wall_a"))
    page = LexborHTMLParser(fresh.client().get(f"{HERE}?step=3").content)
    assert [box.attributes["value"] for box in page.css("input[name=pick]")] == ["wall_b"]


def test_nothing_ticked(fresh: World) -> None:
    page = fresh.client().post(f"{HERE}sources/", {}, follow=True).content.decode()
    assert "Tick at least one of these places." in page
