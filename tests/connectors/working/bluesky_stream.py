"""A Jetstream with many posts, ten seconds apart: what is read again after a pause is no more than five."""

from pathlib import Path
from weakref import finalize

from ..conftest import Server
from ..jetstream import Jet, record, wrote
from . import MANY, Works

BEGAN = 1_763_600_000_000_000


def working(_tmp_path: Path, server: Server) -> Works:
    jet = Jet(
        [wrote(f"did:plc:{at % 9}", f"k{at}", record(f"post {at}"), BEGAN + at * 10_000_000) for at in range(MANY)]
    )
    finalize(server, jet.stop)
    return Works({"stream": "jetstream", "address": jet.url}, says="the stream is open")
