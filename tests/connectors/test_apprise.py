"""Members' addresses: which are taken, that none leads inside, what a service's answer means."""

import pytest

from hubbub.connectors import apprise
from hubbub.core.failures import Broken, Retry
from tests.team.notifications.sinks import http_sink


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("jsons://hooks.example.org/secret", "JSON"),
        ("slack://TAAAAAAAA/BBBBBBBBB/CCCCCCCCCCCCCCCCCCCCCCCC/#general", "Slack"),
        ("tgram://123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ012345678/12315544", "Telegram"),
        ("ntfys://ntfy.example.org/acme", "ntfy"),
        ("matrixs://user:password@matrix.example.org/#room", "Matrix"),
    ],
)
def test_services_are_known_by_name(url: str, service: str) -> None:
    assert apprise.service_of(url) == service
    assert "secret" not in apprise.shown(url.replace("hooks.example.org/secret", "me:secret@hooks.example.org/"))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("file:///etc/passwd", "“file” is not taken"),
        ("syslog://", "“syslog” is not taken"),
        ("dbus://", "is not taken"),
        ("exec://rm", "is not taken"),
        ("rsyslog://127.0.0.1", "is not taken"),
        ("mailto://user:pass@example.org", "is not taken"),
        ("https://example.org", "is not taken"),
        ("hello", "is not taken"),
        ("jsons://example.org/?template=/etc/passwd", "“template” is not taken here"),
        ("jsons://example.org/?rto=9999", "“rto” is not taken here"),
        ("slack://short", "cannot read this address"),
        ("jsons://example.org/two words", "one word"),
    ],
)
def test_what_is_not_taken_says_why(url: str, says: str) -> None:
    with pytest.raises(Broken, match=says):
        apprise.service_of(url)


def test_a_message_arrives_once_with_its_words() -> None:
    with http_sink() as sink:
        apprise.tell(f"json://127.0.0.1:{sink.port}/", "Acme", "Carol waits", allow=True)
        assert len(sink.took) == 1
        assert "Carol waits" in sink.took[0]


@pytest.mark.parametrize(
    ("answer", "failure"), [(403, Broken), (404, Broken), (429, Retry), (500, Retry), (503, Retry)]
)
def test_what_an_answer_means(answer: int, failure: type[Exception]) -> None:
    with http_sink() as sink:
        sink.answer = answer
        with pytest.raises(failure, match=str(answer)):
            apprise.tell(f"json://127.0.0.1:{sink.port}/", "Acme", "Carol waits", allow=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "2130706433"])
def test_nothing_inside_is_reached(host: str) -> None:
    with http_sink() as sink, pytest.raises((Broken, Retry)):
        apprise.tell(f"json://{host}:{sink.port}/", "Acme", "Carol waits", allow=())
    assert sink.took == []


def test_an_operator_may_allow_a_host() -> None:
    with http_sink() as sink:
        apprise.tell(f"json://127.0.0.1:{sink.port}/", "Acme", "Carol waits", allow=("127.0.0.1",))
        assert len(sink.took) == 1


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with http_sink() as sink:
        port = sink.port
    with pytest.raises(Retry):
        apprise.tell(f"json://127.0.0.1:{port}/", "Acme", "Carol waits", allow=True)
