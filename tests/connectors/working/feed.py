"""A feed with many entries."""

from pathlib import Path

from ..conftest import Reply, Server
from ..test_feed import items
from . import MANY, Works


def working(_tmp_path: Path, server: Server) -> Works:
    server.answers["/feed"] = Reply(body=items(range(MANY)))
    return Works({"url": f"{server.url}/feed"})
