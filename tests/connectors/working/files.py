"""A file of posts."""

import json
from pathlib import Path

from ..conftest import Server
from . import MANY, Works


def working(tmp_path: Path, _server: Server) -> Works:
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(json.dumps({"id": number, "text": f"post {number}"}) + "\n" for number in range(MANY)))
    return Works({"file": str(path)})
