"""Queries of Brandwatch and Talkwalker, brought over: what differs is translated, what cannot be said is named."""

import re

from msgspec import Struct

from .errors import QueryError
from .fields import Use
from .foreign_fields import FOREIGN, Dialect
from .foreign_near import spread
from .foreign_text import LONGEST, Cutter, Parser, Part, Piece, Refused
from .foreign_write import Note, Writer
from .parser import parse

__all__ = ["Dialect", "Note", "Translation", "guess", "translate"]


class Translation(Struct, frozen=True):
    """A query of another tool in our language. `query` can be read in a topic; "" where nothing of it can be said.

    `notes` tell in the order of the text what was changed, what was lost, and why there is no query.
    """

    query: str
    notes: tuple[Note, ...]


def translate(text: str, dialect: Dialect) -> Translation:
    """Bring a query over. Never raises; where nothing can be made of it, the last note says why."""
    try:
        writer = Writer(text, dialect)
        query = _write(text, dialect, writer)
    except Refused as refused:
        return Translation("", (Note(refused.start, refused.end, text[refused.start : refused.end][:200], "",
                                     refused.why, True),))  # fmt: skip
    if query:
        try:
            parse(query, Use.TOPIC)
        except QueryError as error:
            writer.note(0, len(text), "", f"No topic can be made of the rest, {query[:200]}: {error.slips[0].says}")
            query = ""
    return Translation(query, tuple(sorted(writer.notes, key=lambda note: (note.start, note.end))))


def _write(text: str, dialect: Dialect, writer: Writer) -> str:
    if len(text) > LONGEST:
        raise Refused(LONGEST, len(text), f"A query of more than {LONGEST:,} characters is not read.")
    cutter = Cutter(text, dialect)
    pieces = cutter.read()
    for start, end in cutter.comments:
        writer.note(start, end, "", "Comments are not kept.", lost=False)
    if dialect == "talkwalker" and (plain := _without_operators(pieces)):
        if plain != text.strip():
            why = "Words without any operator are looked for near one another there, and capitals as they stand."
            writer.note(0, len(text), plain, why, lost=False)
        return plain
    parser = Parser(text, pieces)
    tree = parser.read()
    for slip in [*cutter.slips, *parser.slips]:
        writer.note(slip.start, slip.end, "", slip.why, lost=False)
    if tree is None:
        raise Refused(0, len(text), "There is nothing to look for.")
    _unbracketed(tree, writer)
    return writer.whole(spread(tree, dialect, writer))


def _without_operators(pieces: list[Piece]) -> str:
    """What Talkwalker makes of a text without any operator; "" where it holds one."""
    words = [piece.value for piece in pieces]
    if not words or any(piece.type != "word" or set("*?") & set(piece.value) for piece in pieces):
        return ""
    if len(words) == 1:
        (word,) = words
        if len(word) > 1 and re.fullmatch(r"[A-Z]+", word):
            return "{" + word + "}"
        return f'raw:"{word}"' if len(word) > 1 and re.fullmatch(r"[A-Z]+[-+&A-Z]*[A-Z+]", word) else ""
    if len(words) > 32 or not all(word.isalnum() for word in words) or all(word.isupper() for word in words):
        return ""
    return f'"{" ".join(words)}"~{(len(words) - 1) * 10}'


def _unbracketed(tree: Part, writer: Writer) -> None:
    """Name an OR beside an AND without brackets: tools differ in which binds tighter."""
    rest = [tree]
    while rest:
        part = rest.pop()
        rest.extend(part.parts)
        mixed = next((inner for inner in part.parts if inner.kind == "and"), None) if part.kind == "or" else None
        if mixed:
            why = (
                "AND and NOT bind tighter than OR here. Put brackets around what belongs together if that is not meant."
            )
            found = writer.text[mixed.start : mixed.end]
            writer.note(mixed.start, mixed.end, found, why, lost=False)


_SIGNS: tuple[tuple[Dialect, re.Pattern[str]], ...] = (
    ("talkwalker", re.compile(r"\bONEAR(?:/\d+)?\b|\b(?:SENTENCE|PARAGRAPH)\b|(?<![\w+])\+\+?[\"“\w]")),
    ("brandwatch", re.compile(r"\bNEAR/\d+f\b|<<<|\{[^}]*\}|\braw:|\)~\d")),
)


def guess(text: str) -> Dialect:
    """Which of the two a query was most likely written for; Brandwatch where nothing tells."""
    text = text[:LONGEST]
    score = dict.fromkeys(FOREIGN, 0)
    for dialect, sign in _SIGNS:
        score[dialect] += 3 * len(sign.findall(text))
    for name in re.findall(r"(?<!\w)([A-Za-z_]+):", text):
        known = [dialect for dialect, fields in FOREIGN.items() if name.lower() in fields]
        if len(known) == 1:
            score[known[0]] += 2
    return "talkwalker" if score["talkwalker"] > score["brandwatch"] else "brandwatch"
