"""`hubbub web`: the pages and the API, served by Granian."""

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

THREADS = 6  # requests at a time: most of one is waiting for the database, so a few more than small servers have cores


def serve(host: str, port: int) -> None:
    """Serve until told to end; requests in hand are answered first."""
    Granian(
        "hubbub.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        workers_kill_timeout=30,
    ).serve()
