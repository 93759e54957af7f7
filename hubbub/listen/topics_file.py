"""topics.toml, as docs/contracts say: each topic taken or refused by itself; what is written reads as the same."""

import re
import tomllib
from collections.abc import Iterable

from django.db import transaction
from msgspec import Struct, ValidationError, convert

from hubbub.core.query import QueryError
from hubbub.store.models import Member, Topic, Workspace
from hubbub.ui.api import Refusal
from hubbub.ui.toml import quoted

from .topic_actions import TopicDraft, add_topic, change_topic

LARGEST = 2_000_000  # bytes
MOST = 1_000  # topics

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*topic[ \t]*\]\]", re.MULTILINE)


class _Topic(Struct, forbid_unknown_fields=True):
    name: str
    query: str
    kind: str = "brand"


class Refused(Struct, frozen=True):
    """One topic of the file that was not taken. `line` is where it begins, 0 where that is not known."""

    line: int
    name: str
    query: str
    why: str


class Taken(Struct, frozen=True):
    """What became of a file: names, in its order."""

    made: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[Refused, ...]


class _Found(Struct, frozen=True):
    line: int
    raw: object


def read(content: bytes) -> list[_Found]:
    """The topics of a file as they are written there, with their lines. Refusal where it is no such file."""
    if len(content) > LARGEST:
        raise Refusal(f"The file has more than {LARGEST:,} bytes. Split it into several.")
    try:
        text = content.decode("utf-8-sig")
        written = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise Refusal(f"The file is not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"The file is not TOML: {error}. Nothing was taken.") from None
    topics = written.get("topic", [])
    if not isinstance(topics, list) or not topics:
        raise Refusal("The file holds no topics: each begins with a line [[topic]].")
    if len(topics) > MOST:
        raise Refusal(f"The file holds {len(topics):,} topics; {MOST:,} is the most. Split it into several.")
    lines = [text.count("\n", 0, header.start()) + 1 for header in _HEADER.finditer(text)]
    known = lines if len(lines) == len(topics) else [0] * len(topics)
    other = [name for name in written if name != "topic"]
    found = [_Found(line, raw) for line, raw in zip(known, topics, strict=True)]
    return found + [_Found(0, name) for name in other]


@transaction.atomic
def take(workspace: Workspace, found: Iterable[_Found], *, by: Member, why: str = "") -> Taken:
    """Topics made, or changed where there is one of that name. What is refused leaves the others alone."""
    stand = {topic.name: topic for topic in Topic.of(workspace).select_related("workspace")}
    made, changed, unchanged, seen = [], [], [], set[str]()
    refused: list[Refused] = []
    for one in found:
        try:
            draft = _draft(one.raw, seen)
            if draft.name not in stand:
                add_topic(workspace, draft, by=by, why=why)
                made.append(draft.name)
            elif change_topic(stand[draft.name], draft, by=by, why=why):
                changed.append(draft.name)
            else:
                unchanged.append(draft.name)
        except (Refusal, QueryError) as error:
            refused.append(Refused(one.line, _text(one.raw, "name"), _text(one.raw, "query"), str(error)))
    return Taken(tuple(made), tuple(changed), tuple(unchanged), tuple(refused))


def _draft(raw: object, seen: set[str]) -> TopicDraft:
    if not isinstance(raw, dict):
        raise Refusal("Only [[topic]] is read from a topics file.")
    try:
        written = convert(raw, _Topic)
    except ValidationError as error:
        raise Refusal(f"This is no topic: {error}.") from None
    name = written.name.strip()
    if len(name) > 100:
        raise Refusal(f"A name has at most 100 characters; this one has {len(name)}.")
    if "\0" in name + written.query:
        raise Refusal("It holds the character NUL, which cannot be kept. Leave it out.")
    if name in seen:
        raise Refusal("This name stands in the file already, further up. Each topic needs one of its own.")
    seen.add(name)
    return TopicDraft(name, written.query.strip(), written.kind)


def _text(raw: object, name: str) -> str:
    return str(raw.get(name, "")) if isinstance(raw, dict) else str(raw) if name == "name" else ""


def write(topics: Iterable[Topic]) -> str:
    """The file's text."""
    return "\n".join(
        f"[[topic]]\nname = {_quoted(topic.name)}\nkind = {_quoted(topic.kind)}\nquery = {_quoted(topic.query)}\n"
        for topic in topics
    )


def _quoted(text: str) -> str:
    if "\n" not in text and "'" not in text and text.isprintable():
        return f"'{text}'"  # as it is: queries are full of quotes
    return quoted(text)
