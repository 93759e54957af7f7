"""How long to wait before the next try."""

from datetime import timedelta


def wait(tries: int, chance: float, *, first: timedelta, most: timedelta) -> timedelta:
    """Exponential back-off with jitter: after `tries` (≥ 1) failures somewhere in the upper half of first·2^(tries-1),
    never above `most`. `chance` is a random number from 0 to 1, so that many who failed together do not return
    together ("equal jitter": M. Brooker, Exponential Backoff And Jitter, 2015)."""
    whole = min(first * int(2 ** min(tries - 1, 30)), most)
    return whole / 2 + whole / 2 * chance
