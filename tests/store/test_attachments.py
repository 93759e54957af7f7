"""Files that go out with our words: kept as what they are, forgotten when nothing names them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from hubbub.store import attachments, outbox
from hubbub.store.models import Attachment
from tests.core.test_files import PLACE, exif, jpeg, segment
from tests.pictures import png
from tests.world import World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("name", "data", "shown", "mime"),
    [
        ("beans.jpg", png(), "beans.jpg", "image/png"),  # what it is, not what it is called
        ("../../etc/passwd", b"words", "passwd", "text/plain"),
        ("a\u202egpj.exe", b"MZ\0", "agpj.exe", "application/octet-stream"),
        ("C:\\me\\list.pdf", b"%PDF-1", "list.pdf", "application/pdf"),
        ("..", b"x", "file", "text/plain"),
    ],
)
def test_kept(world: World, name: str, data: bytes, shown: str, mime: str) -> None:
    row = attachments.keep(world.acme, name, data, by=world.alice, alt=" A lid,\n blue ")
    assert (row.name, row.mime, row.alt) == (shown, mime, "A lid, blue")
    assert attachments.read(row) == data
    assert attachments.path_of(row).stat().st_mode & 0o077 == 0


def test_a_photograph_is_kept_without_its_place(world: World) -> None:
    row = attachments.keep(world.acme, "beach.jpg", jpeg(segment(0xE1, exif(6))), by=world.alice)
    assert PLACE not in attachments.read(row)
    assert row.size == len(attachments.read(row))


@pytest.mark.parametrize(
    ("data", "alt", "says"),
    [
        (b"", "", "is empty"),
        (b"x" * 1001, "", "at most 0.001 MB"),
        (b"\xff\xd8\xff\xe1", "", "cannot be read"),
        (b"x", "a" * 1501, "1,500 is the most"),
    ],
)
def test_refused(world: World, settings: Settings, data: bytes, alt: str, says: str) -> None:
    settings.UPLOAD_MAX = 1000
    with pytest.raises(attachments.Unfit, match=says):
        attachments.keep(world.acme, "a.jpg", data, by=world.alice, alt=alt)
    assert not Attachment.everywhere.exists()


def test_what_goes_out_with_nothing_is_forgotten(world: World) -> None:
    now = timezone.now()
    used, same, old, new = (
        attachments.keep(world.acme, "a.txt", data, by=world.alice) for data in (b"one", b"one", b"two", b"three")
    )
    Attachment.everywhere.exclude(pk=new.pk).update(at=now - timedelta(days=2))
    outbox.put(make_post(make_source(world.acme)), "reply", by=world.alice, text="x", attachments=[used])
    attachments._LOOKED.clear()
    assert attachments.sweep(now)
    assert set(Attachment.everywhere.all()) == {used, new}
    assert attachments.read(same) == b"one"  # the bytes are those of the one that is used
    with pytest.raises(attachments.Unfit, match="is gone"):
        attachments.read(old)
    assert not attachments.sweep(now)  # not so soon again
    assert not attachments.sweep(now + timedelta(hours=1))
