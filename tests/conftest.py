"""Fixtures that all tests share."""

import shutil
from collections.abc import Generator, Iterator

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, is_hypothesis_test, settings

from tests.world import World, make_world

# no timing decides whether a test passes
settings.register_profile("hubbub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hubbub")

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--peers", action="store_true", help="also run the tests against real servers (make peers)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "peer" in item.keywords and not config.getoption("--peers"):
            item.add_marker(pytest.mark.skip(reason="talks to real servers: run `make peers`"))
        if "browser" in item.keywords and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))


def reaches_nothing_new(item: pytest.Item) -> bool:
    """Whether plain tests go wherever this one goes: it tries many examples on the database (those of core are often
    all that there is); or it walks all doors as another than the admin, who gets furthest."""
    if "doors" in getattr(item, "fixturenames", ()):
        return not item.name.endswith("[admin]")
    return "database" in item.keywords and is_hypothesis_test(getattr(item, "obj", None))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Coverage, which doubles a test's time, rests where it would learn nothing; so what it says is the least."""
    measuring = Coverage.current()
    if measuring is None or not reaches_nothing_new(item):
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


@pytest.fixture
def world(db: None) -> World:
    """Alice's workspace Acme and Bob's workspace Bravo."""
    return make_world()


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """A running browser (playwright's Browser); tests open their own contexts in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()
