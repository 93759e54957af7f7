"""How fast one account may ask a host, and what a network says of a limit that is spent."""

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.connectors import Http
from hubbub.connectors._pace import Pace, spent_until
from hubbub.core.failures import Retry

from .conftest import Reply, Server

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
IN_A_MINUTE = NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({}, None),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "60"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-22T12:01:00.000000Z"}, IN_A_MINUTE),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(IN_A_MINUTE.timestamp()))}, IN_A_MINUTE),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "60"}, IN_A_MINUTE),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "60"}, IN_A_MINUTE),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-22T11:59:00Z"}, None),  # it has begun anew
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999"}, NOW + timedelta(days=1)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-remaining": "many", "x-ratelimit-reset": "60"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400}, None),
    ],
)
def test_a_spent_limit(headers: dict[str, str], until: datetime | None) -> None:
    assert spent_until(headers, NOW) == until


def test_one_account_gets_half_of_a_host() -> None:
    pace = Pace(rate=2, burst=4)
    assert [pace.turn("h a", 0, 10, 0.5) for _ in range(4)] == [0, 0, 1, 2]
    assert [pace.turn("h", 0, 10) for _ in range(5)] == [0, 0, 0, 0, 0.5]


def test_the_door_of_an_account_tells_of_its_limit_alone(server: Server, http: Http) -> None:
    server.answers["/"] = Reply(200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2099-01-01T00:00:00Z"})
    mine, another = http.for_account("1"), http.for_account("2")
    mine.get(server.url)
    assert mine.spent_until is not None
    assert another.spent_until is None
    assert http.spent_until is None


def test_too_many_requests_with_a_moment_in_place_of_a_pause(server: Server, http: Http) -> None:
    server.answers["/"] = Reply(429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "3600"})
    with pytest.raises(Retry, match="slow down") as caught:
        http.get(server.url)
    assert caught.value.after is not None
    assert timedelta(minutes=59) < caught.value.after <= timedelta(hours=1)
