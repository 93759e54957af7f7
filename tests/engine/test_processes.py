"""Where `hubbub up` is reached."""

import socket

import pytest

from hubbub.engine.processes import free_port, in_address, local_address


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://localhost:8000"),
        ("0.0.0.0", "http://localhost:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("hubbub.example.org", "http://hubbub.example.org:8000"),
    ],
)
def test_local_address(host: str, address: str) -> None:
    assert local_address(host, 8000) == address


def test_in_address() -> None:
    assert [in_address(host) for host in ("::1", "10.0.0.1")] == ["[::1]", "10.0.0.1"]


def test_a_port_that_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(SystemExit, match="Choose another with --port"):
            free_port("127.0.0.1", taken)
        assert free_port("127.0.0.1", None, first=taken) > taken
