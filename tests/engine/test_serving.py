"""How many processes answer requests, and what they know of each other."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ASKED = (
    "import json; from hubbub import settings; "
    "print(json.dumps([settings.WEB_PROCESSES, getattr(settings, 'CACHES', {}).get('default', {}).get('BACKEND', '')]))"
)
SHARED = "django.core.cache.backends.filebased.FileBasedCache"
CORES = min(4, os.cpu_count() or 1)
POSTGRESQL = {"HUBBUB_DATABASE_URL": "postgresql://somebody@localhost/hubbub"}


@pytest.mark.parametrize(
    ("given", "processes"),
    [
        ({}, 1),
        (POSTGRESQL, CORES),
        ({**POSTGRESQL, "HUBBUB_WEB_PROCESSES": "1"}, 1),
        ({"HUBBUB_WEB_PROCESSES": "3"}, 3),
    ],
)
def test_several_processes_share_what_is_known_of_tries_to_sign_in(
    given: dict[str, str], processes: int, tmp_path: Path
) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")}
    told = subprocess.run(
        [sys.executable, "-c", ASKED],
        env={**bare, **given, "HUBBUB_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == [processes, SHARED if processes > 1 else ""]
