"""Records what a real WordPress answers, for tests/connectors: `python -m tests.peers.record_wordpress`."""

import json
import subprocess
from pathlib import Path
from typing import Any

from hubbub.connectors import Answer, Http
from tests.connectors.wordpress_steps import STEPS, STRANGER, play

from .conftest import WordPress
from .starting import HERE

KEPT = ("content-type", "link", "x-wp-total", "x-wp-totalpages", "location", "allow")
TARGET = HERE.parent / "recorded" / "wordpress" / "answers.json"


class Recorder(Http):
    """Keeps every answer with what was asked; never the credentials, and of pages only their beginning."""

    def __init__(self) -> None:
        super().__init__(allow_private=True)
        self.heard: list[dict[str, Any]] = []

    def request(self, method: str, url: str, **rest: Any) -> Answer:
        answer = super().request(method, url, **rest)
        params = rest.get("params") or {}
        is_json = answer.kind == "application/json"
        self.heard.append(
            {
                "method": method,
                "path": url.partition("://")[2].partition("/")[2],
                "params": {name: str(value) for name, value in params.items()},
                "sent": rest.get("json"),
                "status": answer.status,
                "headers": {name: value for name, value in answer.headers.items() if name in KEPT},
                "body": json.loads(answer.body) if is_json else answer.text().partition("</head>")[0][:300],
            }
        )
        return answer


def main() -> None:
    """Start WordPress, play the steps, write what was heard."""
    started = subprocess.run([HERE / "wordpress.sh"], capture_output=True, text=True, check=True)
    site = WordPress(*started.stdout.split())
    site.side("renumber")
    site.post = 1
    site.side("state", site.say(STRANGER, name="Tom Miller"), "approve")
    site.say("When do you open?", name="Ann")
    site.say("I agree", name="Bob", parent=1)
    heard = {}
    for step in STEPS:
        recorder = Recorder()  # knows nothing yet, so that each step can be replayed alone
        play(step, site.settings, recorder)
        heard[step] = recorder.heard
    text = json.dumps(heard, indent=1, ensure_ascii=False).replace(site.address, "http://wordpress.test")
    Path(TARGET).write_text(text.replace('"127.0.0.1"', '"192.0.2.7"') + "\n")


if __name__ == "__main__":
    main()
