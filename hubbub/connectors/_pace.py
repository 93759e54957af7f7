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

    def turn(self, host: str, now: float, patience: float, share: float = 1.0) -> float | None:
        """Take a turn: the seconds to wait until it comes. None, and no turn taken, where that is over `patience`.

        `share` of rate and burst is what `host` gets: less than 1 for one account at a host that others share.
        """
        rate, burst = self._rate * share, max(1.0, self._burst * share)
        with self._lock:
            free, then = self._free.get(host, (burst, now))
            free = min(burst, free + max(0.0, now - then) * rate) - 1
            wait = max(0.0, -free / rate)
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


def spent_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a limit that is spent begins anew, a day from now at most; None where there is something left of it, or
    where the headers do not say.

    Networks write the moment as a date (Mastodon), as seconds since 1970 (GitHub, Bluesky) or as seconds from now.
    """
    for name in ("x-ratelimit", "ratelimit"):
        left, reset = headers.get(f"{name}-remaining", ""), headers.get(f"{name}-reset", "").strip()
        if not _spent(left) or not reset:
            continue
        until = _moment(reset, now)
        if until is not None and until > now:
            return min(until, now + timedelta(days=1))
    return None


def _spent(left: str) -> bool:
    try:
        return float(left) < 1
    except ValueError:
        return False


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        if not text.replace(".", "", 1).isdecimal():
            date = datetime.fromisoformat(text)
            return date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = float(text)
        return datetime.fromtimestamp(seconds, UTC) if seconds > 1e9 else now + timedelta(seconds=seconds)
    except (ValueError, OverflowError, OSError):
        return None


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
