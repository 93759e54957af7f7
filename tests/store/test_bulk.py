"""Rows that are held while a batch is saved."""

import pytest
from django.db import connection, transaction

from hubbub.store import bulk
from hubbub.store.models import Conversation, Post
from tests.world import World, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize(("model", "field"), [(Post, "native_id"), (Conversation, "thread")])
def test_what_is_held_is_found_by_its_own_index(world: World, model: type[Post | Conversation], field: str) -> None:
    """A workspace holds millions of them."""
    rows = model.of(world.acme).filter(source=make_source(world.acme), **{f"{field}__in": bulk.among(["1", "2"])})
    with transaction.atomic():
        if connection.vendor == "sqlite":
            assert f"{field}=?" in bulk.held(rows).explain()
        else:
            assert "FOR NO KEY UPDATE" in str(bulk.held(rows).query)
            assert list(bulk.held(rows)) == []
