"""What is needed of the words, written as the databases want it: for FTS5, and as a tsquery."""

from collections.abc import Callable

from hubbub.core.query.glob import glob
from hubbub.core.query.narrow import All, Any, Asked, But, Close, Need, Run, Wild

from .postgresql import LONGEST

FAR = 10  # words between that a tsquery is asked to tell; NEAR over more asks for the words alone

# No token holds a quote, a backslash or a space: what is quoted here needs no escaping.


def fts5(need: Need) -> str:
    """As a MATCH expression of FTS5."""
    match need:
        case Run(words, field):
            return f'{_column(field)}"{" ".join(words)}"'
        case Wild(pattern, field):
            return f'{_column(field)}"{glob(pattern).prefix}" *'
        case Close(parts, between):
            near = " ".join(f'"{" ".join(part.words)}"' for part in parts)
            return f"{_column(parts[0].field)}NEAR({near}, {between})"
        case All(parts):
            return _joined(parts, " AND ", fts5)
        case Any(parts):
            return _joined(parts, " OR ", fts5)
        case But(part, never):
            return f"({fts5(part)} NOT {fts5(never)})"
        case Asked():
            raise TypeError(need)


def _column(field: str) -> str:
    return f"{field} : " if field else ""


def _joined(parts: tuple[Need, ...], join: str, write: Callable[[Need], str]) -> str:
    return f"({join.join(write(part) for part in parts)})"


def tsquery(need: Need) -> str:
    """As a tsquery for posts whose places are known."""
    match need:
        case Run(words, field):
            return f"({' <-> '.join(_lexeme(word, field) for word in words)})"
        case Wild(pattern, field):
            return _lexeme(glob(pattern).prefix, field, "*")
        case Close((one, other), between) if between <= FAR:
            a, b = tsquery(one), tsquery(other)
            ways = [f"{x} <{steps}> {y}" for steps in range(1, between + 2) for x, y in ((a, b), (b, a))]
            return f"({' | '.join(ways)})"
        case Close(parts, _):
            return _joined(parts, " & ", tsquery)
        case All(parts):
            return _joined(parts, " & ", tsquery)
        case Any(parts):
            return _joined(parts, " | ", tsquery)
        case But(part, never):
            return f"({tsquery(part)} & !{tsquery(never)})"
        case Asked():
            raise TypeError(need)


def loose(need: Need) -> str:
    """As a tsquery for posts of which only the words are known, not their places."""
    match need:
        case Run(words, _):
            return f"({' & '.join(_lexeme(word) for word in words)})"
        case Wild(pattern, _):
            return _lexeme(glob(pattern).prefix, "", "*")
        case Close(parts, _) | All(parts):
            return _joined(parts, " & ", loose)
        case Any(parts):
            return _joined(parts, " | ", loose)
        case But(part, _):
            return loose(part)
        case Asked():
            raise TypeError(need)


def _lexeme(word: str, field: str = "", prefix: str = "") -> str:
    weight = {"title": "A", "text": "D"}.get(field, "")
    sign = f":{prefix}{weight}" if prefix or weight else ""
    return f"'{word[:LONGEST]}'{sign}"
