"""How large the kill stories are, and the empty Hubbub that each of them begins with.

`PEERS_TIMES=5 make peers` runs them with five times as many kills and posts.
"""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.engine.test_killed import environment, python

TIMES = int(os.environ.get("PEERS_TIMES", "1"))

MIGRATE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


def fresh(data: Path) -> dict[str, str]:
    """The environment of a Hubbub of its own whose tables stand, in a folder that does not exist yet."""
    shutil.copytree(_empty().name, data)
    return environment(data) | {"HUBBUB_ALLOW_PRIVATE_HOSTS": "127.0.0.1"}


@cache
def _empty() -> "tempfile.TemporaryDirectory[str]":
    """Made once a run: to make all tables takes longer than to copy them."""
    folder = tempfile.TemporaryDirectory(prefix="hubbub-empty-")
    python(MIGRATE, environment(Path(folder.name)))
    return folder
