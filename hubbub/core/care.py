"""Care for those who look at hard posts all day: how long somebody has been at it without a pause."""

from msgspec import Struct

PAUSE = 600.0  # seconds without a decision that count as a pause


class Stint(Struct, frozen=True):
    """Work without a pause. Moments are seconds since 1970."""

    began: float
    last: float
    posts: int = 0

    @property
    def minutes(self) -> int:
        """From its beginning to the last decision."""
        return int((self.last - self.began) // 60)


def went_on(stint: Stint | None, now: float, posts: int = 1) -> Stint:
    """After `posts` more decisions: the same stint, or a new one after a pause."""
    if stint is None or not 0 <= now - stint.last <= PAUSE:
        return Stint(now, now, posts)
    return Stint(stint.began, now, stint.posts + posts)


def wants_a_break(stint: Stint | None, now: float, *, minutes: int, posts: int) -> bool:
    """Whether to say so, gently; 0 minutes or posts: not on that account."""
    if stint is None or now - stint.last > PAUSE:
        return False
    return bool(minutes and stint.minutes >= minutes) or bool(posts and stint.posts >= posts)
