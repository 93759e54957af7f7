"""Until when a conversation can sleep."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hubbub.core.snooze import choices, read

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "moments"),
    [
        ("2026-11-23T10:00", ZoneInfo("UTC"), ["2026-11-23T13:00", "2026-11-24T09:00", "2026-11-30T09:00"]),
        ("2026-11-22T23:30", BERLIN, ["2026-11-23T02:30", "2026-11-24T08:00", "2026-11-30T08:00"]),
        ("2026-10-24T12:00", BERLIN, ["2026-10-24T15:00", "2026-10-25T08:00", "2026-10-26T08:00"]),  # clocks go back
    ],
)
def test_choices(now: str, zone: ZoneInfo, moments: list[str]) -> None:
    assert [one.at for one in choices(at(now), zone)] == [at(one) for one in moments]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("later", "2026-11-23T13:00"),
        ("2026-12-01T09:00", "2026-12-01T08:00"),
        ("2026-12-01T09:00+03:00", "2026-12-01T06:00"),
        ("soon", None),
        ("", None),
    ],
)
def test_read(text: str, moment: str | None) -> None:
    assert read(text, at("2026-11-23T10:00"), BERLIN) == (at(moment) if moment else None)
