"""Uploaded files: kept under names of our own, and swept away once no source reads them."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from msgspec import Struct

from hubbub.store.models import Source, Workspace

KEPT = timedelta(days=2)  # what was uploaded and then not saved as a source
NAME_OF = "{}_name"  # the setting that keeps what the person called the file of the field {}


class Upload(Struct, frozen=True):
    """A file that was uploaded: where it lies, and what the person called it. Only the second is ever shown."""

    path: str
    name: str


def keep(workspace: Workspace, file: UploadedFile) -> Upload:
    """Write the file to disk, piece by piece, under a random name that only this process can read."""
    folder = _folder(workspace)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / secrets.token_hex(16)
    with path.open("xb") as kept:
        path.chmod(0o600)
        for piece in file.chunks():
            kept.write(piece)
    return Upload(str(path), shown_name(file.name or ""))


def shown_name(given: str) -> str:
    """A file's name as a person called it: without folders, without characters that cannot be seen."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable()).strip(". ")[:100] or "file"


def is_ours(workspace: Workspace, path: str) -> bool:
    """Whether the path is that of an upload of this workspace."""
    return Path(path).parent == _folder(workspace) and ".." not in Path(path).parts


def drop(workspace: Workspace, path: str) -> None:
    """Delete an upload; what is none of this workspace's stays."""
    if is_ours(workspace, path):
        Path(path).unlink(missing_ok=True)


def sweep(workspace: Workspace, now: datetime) -> int:
    """Delete the uploads that no source reads and that are old enough to be forgotten. Returns how many."""
    folder = _folder(workspace)
    if not folder.is_dir():
        return 0
    used = {
        str(value) for kept in Source.of(workspace).values_list("settings", flat=True) for value in dict(kept).values()
    }
    gone = 0
    for path in folder.iterdir():
        if str(path) not in used and now.timestamp() - path.stat().st_mtime > KEPT.total_seconds():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _folder(workspace: Workspace) -> Path:
    return Path(settings.UPLOADS) / str(workspace.pk)
