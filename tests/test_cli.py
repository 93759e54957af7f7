"""The commands, as a script meets them: what they print, where, and how they end."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.peers.hubbub_up import hubbub_up

ROOT = Path(__file__).parents[1]
TOPICS = """
[[topic]]
name = "Acme"
kind = "brand"
query = '''(acme OR #acme) NOT "acme corp of ohio"'''
[[topic]]
name = "Rockets"
query = "rocket*"
"""
POSTS = """{"id": "1", "text": "I love acme rockets"}
{"id": "2", "text": "acme corp of ohio is another one"}
not json at all
{"id": "3", "text": "nothing of ours"}
{"id": "4", "title": "Rocketry", "text": "@ACME!"}
"""


def hubbub(*words: str, stdin: str = "", env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "hubbub.cli", *words]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "DJANGO_"))}
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, cwd=ROOT, env={**kept, **(env or {})}, check=False
    )


@pytest.fixture
def topics(tmp_path: Path) -> str:
    path = tmp_path / "topics.toml"
    path.write_text(TOPICS)
    return str(path)


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_match(topics: str, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(POSTS)
    done = hubbub("match", "--topics", topics, str(tmp_path / "posts.jsonl"))
    assert done.returncode == 1  # one line was refused; the others were taken
    assert "line 3" in done.stderr
    assert lines(done.stdout) == [
        {
            "id": "1",
            "topics": ["Acme", "Rockets"],
            "spans": {"Acme": [["text", 7, 11]], "Rockets": [["text", 12, 19]]},
        },
        {
            "id": "4",
            "topics": ["Acme", "Rockets"],
            "spans": {"Acme": [["text", 1, 5]], "Rockets": [["title", 0, 8]]},
        },
    ]


SAID = {"id", "lang", "sentiment", "sentiment_score", "toxicity", "spam", "intent"}


def test_analyse(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(POSTS)
    done = hubbub("analyse", str(tmp_path / "posts.jsonl"))
    assert done.returncode == 1
    assert "line 3" in done.stderr
    said = lines(done.stdout)
    assert [one["id"] for one in said] == ["1", "2", "3", "4"]
    assert all(set(one) == SAID for one in said)
    assert (said[0]["lang"], said[0]["sentiment"], said[0]["intent"]) == ("en", "positive", "compliment")


@pytest.mark.parametrize(
    ("posts", "sentiments"),
    [
        ('{"id": "1", "text": "I love this"}\n{"id": "2", "text": "I hate this"}\n', ["positive", "negative"]),
        ("id,text\n1,I love this\n2,I hate this\n", ["positive", "negative"]),
        ('{"id": "1", "title": "I love this", "text": ""}', ["positive"]),
        ('{"id": "1", "text": "Das Essen war leider ganz schrecklich und der Kellner unfreundlich"}', [None]),
        ('{"id": "1", "text": "I love \\ud800 this \\u0000"}', ["positive"]),
        (json.dumps({"id": "1", "text": "I love this " * 300_000}), ["positive"]),
        ("", []),
    ],
    ids=["JSON lines", "CSV", "title", "another language", "half a character", "3 MB", "nothing"],
)
def test_analyse_from_standard_input(posts: str, sentiments: list[str | None]) -> None:
    done = hubbub("analyse", "-", stdin=posts)
    assert (done.returncode, done.stderr) == (0, "")
    assert [one["sentiment"] for one in lines(done.stdout)] == sentiments


@pytest.mark.parametrize(
    ("words", "ids", "spans"), [(["--all"], ["1", "2", "3", "4"], True), (["--no-spans"], ["1", "4"], False)]
)
def test_match_from_standard_input(topics: str, words: list[str], ids: list[str], spans: bool) -> None:
    done = hubbub("match", "--topics", topics, *words, "-", stdin=POSTS)
    assert [line["id"] for line in lines(done.stdout)] == ids
    assert all(("spans" in line) is spans for line in lines(done.stdout))


def test_match_without_a_slip_ends_with_0(topics: str) -> None:
    assert hubbub("match", "--topics", topics, "-", stdin='{"id": "1", "text": "x"}').returncode == 0


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ('[[topic]]\nname = "A"\nquery = "acme AND ("', "“A”"),
        ('[[topic]]\nname = "A"\nquery = "sentiment:negative"', "sentiment"),
        ('[[topic]]\nname = "A"\nquery = "-acme"', "“A”"),
        ('[[topic]]\nname = "A"', "query"),
        ('[[topic]]\nname = "A"\nkind = "x"\nquery = "acme"', "kind"),
        ('[[topic]]\nname = "A"\nquery = "a"\n[[topic]]\nname = "A"\nquery = "b"', "twice"),
        ("[[topic", "not a topics file"),
        ("", "no [[topic]]"),
    ],
)
def test_topics_that_cannot_be_used(tmp_path: Path, written: str, says: str) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(written)
    done = hubbub("match", "--topics", str(path), "-", stdin=POSTS)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["match"],
        ["nonsense"],
        ["analyse"],
        ["analyse", "none.jsonl"],
        ["match", "--topics", "none.toml", "-"],
        ["import", "x"],
        ["query", "x"],
    ],
)
def test_wrong_usage_ends_with_2(words: list[str], tmp_path: Path) -> None:
    done = hubbub(*words, env={"HUBBUB_DATA": str(tmp_path)})
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_up_serves_signs_in_imports_and_ends_in_order(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(POSTS)
    data = tmp_path / "data"
    with hubbub_up(data) as up:
        assert urllib.request.urlopen(f"{up.address}/health").read() == b"up\n"
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        assert browser.open(up.link).url.endswith("/listen/guide/")  # signed in, at the guide
        keys = [data / "secret-key", data / "sealing-key"]
        assert [oct(path.stat().st_mode & 0o777) for path in keys] == ["0o600", "0o600"]
        for new, known in ((4, 0), (0, 4)):
            done = hubbub("import", str(tmp_path / "posts.jsonl"), "--workspace", "my community", "--data", str(data))
            assert done.returncode == 1
            assert f"{new} posts taken in, {known} known already, 1 lines refused" in done.stderr
        for text in ("rocket* -love", "-love rocket*"):  # there is one workspace alone: it needs no name
            done = hubbub("query", text, "--data", str(data))
            assert (done.returncode, [line["id"] for line in lines(done.stdout)]) == (0, ["4"])
        done = hubbub("import", "nothing.csv", "--workspace", "Other", "--data", str(data))
        assert done.returncode == 2
        assert "My community" in done.stderr
        said = up.end()
    assert said.index("nothing was left in hand") < said.index("Hubbub has ended.")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_it(tmp_path: Path, how: signal.Signals) -> None:
    with hubbub_up(tmp_path / "data") as up:
        up.process.send_signal(how)
        up.process.wait(60)
        end = time.monotonic() + 30
        while (served(up.address) or running(str(tmp_path / "data"))) and time.monotonic() < end:
            time.sleep(0.2)
        assert not served(up.address)
        assert not running(str(tmp_path / "data"))


def test_a_worker_alone_needs_no_input(tmp_path: Path) -> None:
    """As a service manager starts it, with nothing at its standard input."""
    with hubbub_up(tmp_path / "data") as up:
        up.end()
    env = {**os.environ, "HUBBUB_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "hubbub.settings"}
    log = tmp_path / "work.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "hubbub.cli", "work", "--data", str(tmp_path / "data")]
        worker = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stderr=out)
        end = time.monotonic() + 30
        while "Working" not in log.read_text() and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(1)
        assert worker.poll() is None, log.read_text()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    assert "nothing was left in hand" in log.read_text()


def served(address: str) -> bool:
    try:
        return urllib.request.urlopen(f"{address}/health", timeout=2).status == 200
    except OSError:
        return False


def running(data: str) -> list[str]:
    """Command lines of processes that still work on this data folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it ended meanwhile
        if data in words and "hubbub.cli" in words:
            found.append(" ".join(words))
    return found
