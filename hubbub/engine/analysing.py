"""`hubbub analyse`: what the posts of a file say, without a database."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, TextIO

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from hubbub.connectors import Refused
from hubbub.connectors.files import Line, read_lines
from hubbub.core.facts import Intent, Sentiment
from hubbub.core.text.judgement import Judgement
from hubbub.core.text.whole import whole
from hubbub.store.shipped import shipped

BATCH = 1000
HELD = 4_000_000  # characters
LONGEST = 64_000_000  # bytes of a line: nothing is stored, so that a book may come in one


class PostsRefused(Exception):
    """The file cannot be read; the text says why."""


class _Answer(Struct, frozen=True):
    """A line of the output, as in the contract of the command. None: not judged."""

    id: str
    lang: str | None
    sentiment: Sentiment | None
    sentiment_score: float | None
    toxicity: float | None
    spam: float | None
    intent: Intent | None


def analyse_file(posts: str, *, out: TextIO, told: Console) -> int:
    """Print one JSON object a post. Returns how many lines were refused. Raises PostsRefused."""
    with _opened(posts) as (stream, name):
        size = Path(posts).stat().st_size if posts != "-" and Path(posts).is_file() else None
        lines = read_lines(stream, name=name, longest=LONGEST)
        bar = Progress(console=told, transient=True) if told.is_terminal and not out.isatty() else None
        with bar or nullcontext():
            task = bar.add_task(name, total=size) if bar else None
            refused = 0
            for batch in _batches(lines):
                refused += _answer(batch, name, out, told)
                if bar and task is not None:
                    bar.update(task, completed=stream.tell() if size else None)
    out.flush()
    return refused


def _answer(lines: list[Line | Refused], name: str, out: TextIO, told: Console) -> int:
    """Print the answers of a batch and tell what was refused; how many that were."""
    taken = [line.post for line in lines if isinstance(line, Line)]
    bad = [line for line in lines if isinstance(line, Refused)]
    for line in bad:
        told.print(f"{name}, {line.where}: {line.why}", markup=False, soft_wrap=True)
    texts = [whole(post.title, post.text) for post in taken]
    judgements = shipped().judge(texts, [post.lang for post in taken])
    encode = msgspec.json.Encoder().encode
    out.writelines(
        encode(_said(post.id, judgement)).decode() + "\n" for post, judgement in zip(taken, judgements, strict=True)
    )
    return len(bad)


def _said(ident: str, judgement: Judgement) -> _Answer:
    return _Answer(
        ident,
        judgement.language or None,
        judgement.sentiment,
        judgement.sentiment_score,
        judgement.toxicity,
        judgement.spam,
        judgement.intent,
    )


@contextmanager
def _opened(posts: str) -> Iterator[tuple[BinaryIO, str]]:
    if posts == "-":
        yield sys.stdin.buffer, "standard input"
        return
    try:
        stream = Path(posts).open("rb")  # noqa: SIM115 — closed below; what reading raises is not "cannot be opened"
    except OSError as error:
        raise PostsRefused(f"{posts} cannot be read: {error.strerror}") from None
    with stream:
        yield stream, posts


def _batches(lines: Iterator[Line | Refused]) -> Iterator[list[Line | Refused]]:
    """Lots of BATCH lines, fewer where they are long: all of a lot is held in memory."""
    held: list[Line | Refused] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line.post.text) if isinstance(line, Line) else 0
        if len(held) == BATCH or size > HELD:
            yield held
            held, size = [], 0
    if held:
        yield held
