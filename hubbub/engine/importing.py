"""`hubbub import`: files of posts through the whole pipeline, with progress and a report of refused lines."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hubbub.connectors import Batch, Refused
from hubbub.connectors.files import Line, read_lines
from hubbub.core.post import Post
from hubbub.store.cleaning import text
from hubbub.store.models import Source, SourceState, Workspace
from hubbub.store.models.source import LeaseLost

from .take_in import Taken, take_in

BATCH = 1000
SHOWN = 20  # refused lines that are printed; the others are counted


class ImportRefused(Exception):
    """The command cannot start; the text says why and what would be right."""


def import_files(files: Sequence[str], workspace: str, *, encoding: str, console: Console) -> int:
    """Take the files in, one after another. Returns how many lines were refused. Raises ImportRefused."""
    into = _workspace(workspace)
    refused_in_all = 0
    for name in files:
        with _opened(name) as (stream, title):
            refused_in_all += _import_one(stream, title, into, encoding=encoding, console=console)
    return refused_in_all


def _workspace(named: str) -> Workspace:
    found = Workspace.objects.filter(name__iexact=named).first() or Workspace.objects.filter(slug=named).first()
    if found is None:
        known = ", ".join(f"“{name}”" for name in Workspace.objects.values_list("name", flat=True)[:10])
        raise ImportRefused(f"there is no workspace “{named}”. There are: {known or 'none yet; run hubbub up first'}")
    return found


@contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO, str]]:
    if name == "-":
        yield sys.stdin.buffer, "standard input"
        return
    try:
        with Path(name).open("rb") as stream:
            yield stream, Path(name).stem
    except OSError as error:
        raise ImportRefused(f"{name} cannot be read: {error.strerror}") from None


def _import_one(stream: BinaryIO, title: str, into: Workspace, *, encoding: str, console: Console) -> int:
    new = known = 0
    refused: list[Refused] = []
    size = _size(stream)
    with _progress(console) as progress:
        bar = progress.add_task(title, total=size)
        for lines in _batches(read_lines(stream, name=title, encoding=encoding), BATCH):
            for source_name, posts in _by_source(lines).items():
                taken = _take_in(_source(into, source_name), posts)
                new, known = new + taken.new, known + taken.known + taken.changed
            refused += [line for line in lines if isinstance(line, Refused)]
            progress.update(bar, completed=stream.tell() if size else None, advance=None if size else len(lines))
    for line in refused[:SHOWN]:
        console.print(f"{title}, {line.where}: {line.why}", markup=False, soft_wrap=True)
    if len(refused) > SHOWN:
        console.print(f"… and {len(refused) - SHOWN:,} more lines that were refused")
    console.print(
        f"{title}: {new:,} posts taken in, {known:,} known already, {len(refused):,} lines refused", markup=False
    )
    return len(refused)


def _take_in(source: Source, posts: Sequence[Post]) -> Taken:
    try:
        # the cursor stays: the source may be an upload that the loop reads, too
        return take_in(source, Batch(posts=posts, cursor=source.cursor), now=timezone.now())
    except LeaseLost:
        raise ImportRefused(
            f"“{source}” is being read by the worker at this moment. Import again in a minute: nothing comes twice"
        ) from None


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def _batches(lines: Iterable[Line | Refused], size: int) -> Iterator[list[Line | Refused]]:
    going = iter(lines)
    while held := list(islice(going, size)):
        yield held


def _by_source(lines: Sequence[Line | Refused]) -> dict[str, list[Post]]:
    found: dict[str, list[Post]] = defaultdict(list)
    for line in lines:
        if isinstance(line, Line):
            found[line.source].append(line.post)
    return found


def _source(into: Workspace, name: str) -> Source:
    """The source of this name, made if there is none. A network's source keeps its posts to itself."""
    name = text(name)
    for title in (name[:90] or "import", f"{name[:90]} (file)"):
        source, _ = Source.everywhere.get_or_create(
            workspace=into, name=title, defaults={"kind": "files", "state": SourceState.FINISHED}
        )
        if source.kind == "files":
            return source
    raise ImportRefused(f"the name “{name} (file)” belongs to a source of another kind; rename that source")


def _size(stream: BinaryIO) -> int | None:
    """Bytes in the file, None where that cannot be told (a pipe)."""
    if not stream.seekable():
        return None
    size = stream.seek(0, 2)
    stream.seek(0)
    return size
