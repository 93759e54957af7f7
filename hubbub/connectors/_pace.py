"""How fast we may ask one host, whoever asks: a token bucket a host, and how a network's wish to wait is read."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock


class Pace:
    """`burst` requests at once, then `rate` a second, counted for each host. Safe for threads."""

    def __init__(self, rate: float = 10.0, burst: int = 20) -> None:
        self._rate = rate
        self._burst = burst
        self._free: dict[str, tuple[float, float]] = {}  # host: requests that may go out at once, counted when
        self._lock = Lock()

    def turn(self, host: str, now: float, patience: float) -> float | None:
        """Take a turn: the seconds to wait until it comes. None, and no turn taken, where that is over `patience`."""
        with self._lock:
            free, then = self._free.get(host, (float(self._burst), now))
            free = min(float(self._burst), free + max(0.0, now - then) * self._rate) - 1
            wait = max(0.0, -free / self._rate)
            if wait > patience:
                return None
            self._free[host] = (free, max(now, then))
            return wait


SHARED = Pace()  # every Http of this process asks here


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """What Retry-After says, in seconds or as a date; None where it is absent or cannot be read.

    A date is held against the server's own Date, so that a clock of ours that is off changes nothing; `now` (aware)
    serves only where the server sent none.
    """
    wish = headers.get("retry-after", "").strip()
    if not wish:
        return None
    if wish.isdecimal():
        return timedelta(seconds=min(int(wish), 7 * 86_400))
    until = _http_date(wish)
    if until is None:
        return None
    wait = until - (_http_date(headers.get("date", "")) or now)
    return min(max(wait, timedelta()), timedelta(days=7))


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
