"""Rules and topics from standard input, and fields of a rules file that cannot be."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hubbub.cli import app

RULE = '[[rule]]\nname = "Pills"\nwhen = "pills"\nthen = "hide"\nbecause = "spam"\n'
TOPIC = '\ufeff[[topic]]\nname = "Pills"\nquery = "pills"\n'
POST = '{"id": "1", "text": "pills"}\n'


@pytest.mark.parametrize(
    ("command", "option", "toml", "says"),
    [("moderate", "--rules", RULE, '"decision":"hide"'), ("match", "--topics", TOPIC, '"topics":["Pills"]')],
)
def test_standard_input(tmp_path: Path, command: str, option: str, toml: str, says: str) -> None:
    (tmp_path / "posts.jsonl").write_text(POST)
    done = CliRunner().invoke(app, [command, option, "-", str(tmp_path / "posts.jsonl")], input=toml)
    assert (done.exit_code, says in done.stdout) == (0, True)
    twice = CliRunner().invoke(app, [command, option, "-", "-"], input=toml)
    assert (twice.exit_code, twice.stdout) == (2, "")
    assert "can be one file only" in twice.stderr
    refused = CliRunner().invoke(app, [command, option, "-", str(tmp_path / "posts.jsonl")], input="[[")
    assert (refused.exit_code, "standard input is not a" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (RULE.replace("hide", "zap"), "[[rule]] number 1, then: Invalid enum value 'zap'. Say ban, mute, remove, hide"),
        (RULE + RULE.replace('"spam"', '"spam"\nstate = "on"'), "number 2, state: Invalid enum value 'on'. Say draft"),
        (RULE.replace("because", "becuse"), "[[rule]] number 1: Object contains unknown field `becuse`"),
    ],
)
def test_fields_that_cannot_be(tmp_path: Path, rule: str, says: str) -> None:
    (tmp_path / "posts.jsonl").write_text(POST)
    done = CliRunner().invoke(app, ["moderate", "--rules", "-", str(tmp_path / "posts.jsonl")], input=rule)
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in " ".join(done.stderr.split())
