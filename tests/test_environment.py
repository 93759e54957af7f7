"""The tests run on the database that they were told to run on."""

import os

import pytest
from django.db import connection

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_the_database_is_the_one_asked_for() -> None:
    assert connection.vendor == (os.environ.get("HUBBUB_TEST_DATABASE") or "sqlite")
