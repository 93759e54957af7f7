"""A site that takes decisions; it sends by itself, so that nothing can be fetched."""

from pathlib import Path

from ..conftest import Reply, Server
from . import Works


def working(_tmp_path: Path, server: Server) -> Works:
    server.answers["/hubbub"] = Reply(body=b'{"done": true, "can": ["hide"], "name": "Acme"}')
    settings = {"site": server.url, "decisions": f"{server.url}/hubbub", "key": "whsec_c2VjcmV0"}
    return Works(settings, many=0, says="takes decisions", can=frozenset({"hide"}))
