"""`hubbub web`: the pages and the API, served by Granian."""

import os

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

THREADS = 6  # requests at a time in a process: while one waits for the database, another one is written


def serve(host: str, port: int) -> None:
    """Serve until told to end; requests in hand are answered first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.settings")
    from django.conf import settings

    Granian(
        "hubbub.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.WEB_PROCESSES,
        blocking_threads=THREADS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        workers_kill_timeout=30,
    ).serve()
