"""A file is uploaded in the moment in which an old one of the same bytes is swept, with true concurrency."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hubbub.store import attachments
from hubbub.store.models import Attachment
from tests.rings import beside
from tests.world import World, make_world

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: the sweep waits for the upload")
    return make_world()


@pytest.mark.parametrize("how", ["uploaded", "told anew"])
def test_the_bytes_stay(world: World, how: str) -> None:
    old = attachments.keep(world.acme, "a.txt", b"same", by=world.alice)
    Attachment.everywhere.update(at=timezone.now() - timedelta(days=2))
    made: list[Attachment] = []

    def again() -> None:
        made.append(
            attachments.keep(world.acme, "b.txt", b"same", by=world.alice)
            if how == "uploaded"
            else attachments._copy(old, "What it shows")
        )

    beside(lambda: attachments.forget([old]), again, lambda: None)
    assert list(Attachment.everywhere.all()) == made
    assert attachments.read(made[0]) == b"same"


def test_those_who_upload_do_not_wait_for_each_other(world: World) -> None:
    made: list[Attachment] = []

    def upload() -> None:
        made.append(attachments.keep(world.acme, "a.txt", b"same", by=world.alice))

    def both_are_there() -> None:
        assert [attachments.read(one) for one in made] == [b"same"] * 2

    beside(upload, upload, both_are_there)
