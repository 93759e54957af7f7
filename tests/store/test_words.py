"""The word list of a workspace: how many posts hold a word, which word was meant, what stands behind a wildcard."""

import pytest

from hubbub.store import fulltext, words
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TEXTS = (
    "the rocket starts", "the rocket, rocket, rocket lands", "rockets and rocketry", "a racket in the street",
    "Café München", "東京 タワー", "starship " + "y" * 250, "the rocket again",
)  # fmt: skip


@pytest.fixture
def filled(world: World) -> World:
    source = make_source(world.acme)
    for number, text in enumerate(TEXTS):
        make_post(source, text, number, title="Rocket" if number == 0 else "")
    make_post(make_source(world.bravo), "rocker rocker")
    fulltext.step()
    return world


def test_known(filled: World) -> None:
    asked = ("rocket", "the", "cafe", "munchen", "東", "nothing", "rocker", "y" * 250, "y" * 260)
    assert words.known(filled.acme, asked) == dict(zip(asked, (3, 4, 1, 1, 1, 0, 0, 1, 1), strict=True))
    assert words.known(filled.bravo, ["rocker", "rocket"]) == {"rocker": 1, "rocket": 0}
    assert words.known(filled.acme, []) == {}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("rokcet", "rocket"),
        ("rocet", "rocket"),
        ("roccket", "rocket"),
        ("zocket", "rocket"),
        ("rockett", "rocket"),
        ("rukcet", ""),
        ("rocekst", "rocket"),
        ("starshipp", "starship"),
        ("stirshup", "starship"),
        ("cofe", "cafe"),
        ("zzzzzz", ""),
        ("x", ""),
        ("", ""),
        ("q" * 5000, ""),
    ],
)
def test_nearest(filled: World, written: str, meant: str) -> None:
    assert words.nearest(filled.acme, written) == meant


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("rocket*", ["rocket", "rocketry", "rockets"]),
        ("rock*t", ["rocket"]),
        ("rocket?", ["rockets"]),
        ("r?cket*", ["racket", "rocket", "rocketry", "rockets"]),
        ("sta*", ["starship", "starts"]),
        ("東*", ["東"]),
        ("zzz*", []),
        ("yyy*z", ["y" * 200]),  # its beginning fits, and no more of it is known
    ],
)
def test_expanded(filled: World, pattern: str, found: list[str]) -> None:
    assert words.expanded(filled.acme, pattern, 10) == found
    assert words.expanded(filled.acme, pattern, 1) == found[:2]
