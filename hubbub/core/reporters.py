"""Members who report: how often they were right, what their next report weighs, and reports that seem arranged.

    accuracy = (right + 1) / (right + wrong + 2)        weight of a report = 2 * accuracy

Whoever never reported before has an accuracy of one half and a weight of 1: a report of theirs counts once. The weight
runs from nearly 0 (always wrong) to nearly 2 (always right). What several say of one post adds up, to `REPORTS` at most
(`hubbub.core.queue.severity`). Where nobody vouches for who it was, as with visitors of a site, an earlier record can
only lower the weight: else everybody could borrow the good name of another.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

MANY, WITHIN = 5, timedelta(minutes=10)  # so many reports by people without a good record, so close: maybe arranged


class Reporter(Struct, frozen=True):
    """How the decided reports of one person fared."""

    right: int = 0
    wrong: int = 0
    vouched: bool = True  # the network says who it was

    @property
    def accuracy(self) -> float:
        """The formula above."""
        found = (self.right + 1) / (self.right + self.wrong + 2)
        return found if self.vouched else min(found, 0.5)

    @property
    def weight(self) -> float:
        """What their next report counts."""
        return 2 * self.accuracy

    @property
    def proven(self) -> bool:
        """Whether they were right more often than not."""
        return self.accuracy > 0.5

    @property
    def words(self) -> str:
        """In words: "right 3 times of 4"."""
        decided = self.right + self.wrong
        return f"right {self.right} time{'' if self.right == 1 else 's'} of {decided}" if decided else "first report"


def arranged(reports: Iterable[tuple[datetime, Reporter]]) -> str:
    """Why these reports about one post may have been arranged, in words; "": nothing says so."""
    moments = sorted(at for at, reporter in reports if not reporter.proven)
    most = _closest(moments)
    if most < MANY:
        return ""
    return (
        f"{most} reports within {WITHIN.seconds // 60} minutes by people who are new here or were mostly wrong: "
        "they may have been arranged"
    )


def _closest(moments: Sequence[datetime]) -> int:
    """The most of them within the time."""
    most = start = 0
    for end, moment in enumerate(moments):
        while moment - moments[start] > WITHIN:
            start += 1
        most = max(most, end - start + 1)
    return most
