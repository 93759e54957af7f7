"""The real servers of a run: begun beside each other in the background as soon as it is known which tests will run, so
that the slow ones are there when their turn comes; ended when the run ends.
"""

import os
import signal
import subprocess
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).parent
AT_ONCE = 3
LONGEST = 900  # seconds that a server may take to be installed and to start

# which fixture needs which script, what takes longest first
SCRIPTS = {
    "running_wordpress": "wordpress.sh",  # most tests begin with it
    "atproto": "atproto.sh",
    "running_misago": "misago.sh",
    "synapse": "synapse.sh",
    "running_mastodon": "mastodon.sh",
    "running_isso": "isso.sh",
    "running_mail": "mail.sh",
    "provider": "oidc.sh",
}
Begun = Future["subprocess.CompletedProcess[str]"]

_begun: dict[str, Begun] = {}
_busy: dict[str, "subprocess.Popen[str]"] = {}
_hands: list[ThreadPoolExecutor] = []


def begin(fixtures: Iterable[str]) -> None:
    """Start, in the background, what those fixtures need."""
    asked = set(fixtures)
    for script in (script for name, script in SCRIPTS.items() if name in asked):
        _begin(script)


def _begin(script: str) -> Begun:
    if not _hands:
        _hands.append(ThreadPoolExecutor(AT_ONCE))
    if script not in _begun:
        _begun[script] = _hands[0].submit(_run, script)
    return _begun[script]


def _run(script: str) -> "subprocess.CompletedProcess[str]":
    with subprocess.Popen(
        [HERE / script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        _busy[script] = process
        said, wrong = process.communicate(timeout=LONGEST)
        del _busy[script]
    return subprocess.CompletedProcess(script, process.returncode, said, wrong)


def started(script: str, name: str) -> str:
    """What the script says of its server once that runs; skips the test where it cannot be installed."""
    done = _begin(script).result()
    if done.returncode == 3:
        pytest.skip(f"{name} could not be installed: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def end() -> None:
    """Stop whatever was begun, be it installed yet or not."""
    for script, begun in _begun.items():
        if begun.cancel():
            continue
        if script in _busy:  # the run ended early, and nobody waits for it any more
            os.killpg(_busy[script].pid, signal.SIGTERM)
        begun.exception()
        subprocess.run([HERE / script, "stop"], check=True, timeout=60)
    _begun.clear()
    for pool in _hands:
        pool.shutdown()
    _hands.clear()
