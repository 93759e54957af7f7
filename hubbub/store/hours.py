"""A workspace's hours as core's arithmetic takes them, and its time zone."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from hubbub.core import hours as arithmetic

from .models import Holiday, Hours, Workspace

OUTSIDE = "UTC"  # until a workspace has said where it is


def standard(workspace: Workspace) -> Hours | None:
    """The workspace's own hours; None until somebody has said when they are there."""
    return Hours.of(workspace).filter(standard=True).first()


def zone_of(workspace: Workspace) -> ZoneInfo:
    """The workspace's time zone: that of its own hours, UTC until somebody has set them."""
    found = Hours.of(workspace).filter(standard=True).values_list("zone", flat=True).first()
    return ZoneInfo(found or OUTSIDE)


def shape(hours: Hours | None, holidays: Sequence[Holiday] | None = None) -> arithmetic.Hours:
    """As core counts with them; None: round the clock. `holidays`: those of these hours, where they were read."""
    if hours is None:
        return arithmetic.ROUND_THE_CLOCK
    own = list(hours.holidays.all()) if holidays is None else holidays
    return arithmetic.Hours(
        hours.zone,
        tuple(arithmetic.read_spans(text) for text in hours.week),
        {one.day: arithmetic.read_spans(one.spans) for one in own if not one.yearly},
        {(one.day.month, one.day.day): arithmetic.read_spans(one.spans) for one in own if one.yearly},
    )
