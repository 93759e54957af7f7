"""`hubbub match`: posts from a file against topics from a file, without a database."""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TextIO

import msgspec
from msgspec import Struct
from rich.console import Console

from hubbub.connectors import Refused
from hubbub.connectors.files import Line, read_lines
from hubbub.core import query as language
from hubbub.core.plan import TopicKind
from hubbub.core.post import Place

from . import given

BATCH = 1000


class WrittenTopic(Struct, frozen=True, forbid_unknown_fields=True):
    """One [[topic]] of topics.toml."""

    name: str
    query: str
    kind: TopicKind = "brand"


class _Written(Struct, frozen=True):
    topic: tuple[WrittenTopic, ...] = ()


class TopicsRefused(Exception):
    """The topics cannot be used; the text names the place and the mend."""


def read_topics(path: Path) -> dict[str, language.Query]:
    """The topics of a file (- is standard input), name → query, in the file's order. Raises TopicsRefused."""
    name = given.name_of(path)
    try:
        written = msgspec.convert(tomllib.loads(given.text_of(path)), _Written)
    except OSError as error:
        raise TopicsRefused(f"{name} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise TopicsRefused(f"{name} is not a topics file: {error}") from None
    if not written.topic:
        raise TopicsRefused(f"{name} holds no [[topic]]")
    twice = [name for name, number in Counter(topic.name for topic in written.topic).items() if number > 1]
    if twice:
        raise TopicsRefused(f"{name}: the name “{twice[0]}” stands there twice; each topic needs one of its own")
    queries, slips = {}, []
    for topic in written.topic:
        try:
            queries[topic.name] = language.parse(topic.query, language.Use.TOPIC)
        except language.QueryError as error:
            slips.append(f"{name}, topic “{topic.name}”: {error}")
    if slips:
        raise TopicsRefused("\n".join(slips))
    return queries


def match_file(posts: str, topics: Path, *, every: bool, spans: bool, out: TextIO, told: Console) -> int:
    """Print one JSON object a post that matches (or every post). Returns how many lines were refused."""
    if no := given.twice(posts, topics):
        raise TopicsRefused(no)
    queries = read_topics(topics)
    index: language.Index[str] = language.Index(queries.items())
    now = datetime.now(UTC)
    refused = 0
    for lines in _batches(_lines(posts)):
        taken = [line for line in lines if isinstance(line, Line)]
        for bad in lines:
            if isinstance(bad, Refused):
                refused += 1
                told.print(f"{posts}, {bad.where}: {bad.why}", markup=False, soft_wrap=True)
        readings = [language.read(line.post, Place(line.source, line.source), read_at=now) for line in taken]
        for line, reading, names in zip(taken, readings, index.match_many(readings, now=now), strict=True):
            if names or every:
                out.write(_answer(line, reading, names, queries, now, spans=spans) + "\n")
    out.flush()
    return refused


def _answer(
    line: Line,
    reading: language.Reading,
    names: list[str],
    queries: dict[str, language.Query],
    now: datetime,
    *,
    spans: bool,
) -> str:
    answer: dict[str, object] = {"id": line.post.id, "topics": names}
    if spans:
        answer["spans"] = {
            name: [[span.field, span.start, span.end] for span in language.spans(queries[name], reading, now=now)]
            for name in names
        }
    return msgspec.json.encode(answer).decode()


def _lines(posts: str) -> Iterator[Line | Refused]:
    if posts == "-":
        yield from read_lines(sys.stdin.buffer, name="standard input")
        return
    try:
        yield from read_lines(Path(posts))
    except OSError as error:
        raise TopicsRefused(f"{posts} cannot be read: {error.strerror}") from None


def _batches(lines: Iterable[Line | Refused]) -> Iterator[list[Line | Refused]]:
    going = iter(lines)
    while held := list(islice(going, BATCH)):
        yield held
