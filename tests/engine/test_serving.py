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
SHARED = "hubbub.store.shared_cache.SharedCache"
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


def test_what_pages_are_made_of_is_read_before_the_first_is_asked_for(tmp_path: Path) -> None:
    asked = (
        "import gc, json, sys; from hubbub import wsgi; from django.template import engines; "
        "kept = engines['django'].engine.template_loaders[0].get_template_cache; "
        "names = {template.name for template in kept.values() if hasattr(template, 'name')}; "
        "print(json.dumps(["
        "'hubbub.engage.views' in sys.modules, 'engage/conversation.html' in names, 'ui/base.html' in names, "
        "gc.get_freeze_count() > 100_000]))"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")}
    told = subprocess.run(
        [sys.executable, "-c", asked],
        env={**bare, "HUBBUB_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == [True, True, True, True]
