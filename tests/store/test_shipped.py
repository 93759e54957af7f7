"""A package whose model is missing or broken still reads posts; it says so and judges nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hubbub.store import shipped


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "model.bin"
    monkeypatch.setattr(shipped, "MODEL", path)
    shipped.shipped.cache_clear()
    shipped.is_there.cache_clear()
    yield path
    shipped.shipped.cache_clear()
    shipped.is_there.cache_clear()


def cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


WHOLE = Path(str(shipped.MODEL)).read_bytes()


@pytest.mark.parametrize(
    ("held", "there"),
    [(None, False), (b"", False), (b"\xc1", False), (b"\x90", False), (cut(WHOLE), False), (WHOLE, True)],
)
def test_a_model_that_cannot_be_read_is_none(
    model: Path, held: bytes | None, there: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if held is not None:
        model.write_bytes(held)
    assert shipped.is_there() is there
    assert ("not judged" in caplog.text) is not there
