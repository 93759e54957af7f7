"""The first-run guide: a topic written from a brand's name, and which step comes next."""

from msgspec import Struct

from hubbub.connectors import Brand
from hubbub.core import query as language
from hubbub.store.models import Source, Topic, TopicKind, Workspace

STEPS = ((1, "Your brand"), (2, "What to listen for"), (3, "Where to listen"), (4, "First mentions"))
OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR"})
SHORT = 2  # letters of a name that no word is told apart by


class Written(Struct, frozen=True):
    """A query made from a name, and what its parts mean. An empty query: the name holds no word."""

    query: str
    parts: tuple[tuple[str, str], ...]  # as written, in words


def write_query(name: str) -> Written:
    """What people may write when they mean the brand: the name as a phrase, as a hashtag, as a handle."""
    words = language.tokens(name)
    if not words:
        return Written("", ())
    plain = " ".join("".join(" " if char in '"*?\\{}' else char for char in name).split())
    if len(words) == 1 and len(words[0]) <= SHORT and plain.casefold() != words[0]:
        return _checked([(f'raw:"{plain}"', f"exactly “{plain}”, with its signs")], words)
    if len(words) == 1 and plain.isalnum() and plain not in OPERATORS:
        return _checked([(plain, f"the word, in any case; #{words[0]} and @{words[0]} count too")], words)
    joined = "".join(words)
    return _checked(
        [
            (f'"{plain}"', "the words of the name in a row, in any case, with or without accents"),
            (f"#{joined}", "the hashtag"),
            (f"@{joined}", "the handle"),
        ],
        words,
    )


def _checked(parts: list[tuple[str, str]], words: list[str]) -> Written:
    query = " OR ".join(piece for piece, _ in parts)
    try:
        language.parse(query, language.Use.TOPIC)
    except language.QueryError:  # a name with signs that mean something in a query: its words alone will do
        return Written(f'"{" ".join(words)}"', ((f'"{" ".join(words)}"', "the words of the name in a row"),))
    return Written(query, tuple(parts))


def brand_of(workspace: Workspace) -> Brand | None:
    """Whom the first topic is about; None: there is none yet, or its name holds no word."""
    topics = Topic.of(workspace).order_by("pk")
    topic = topics.filter(kind=TopicKind.BRAND).first() or topics.first()
    words = language.tokens(topic.name) if topic else []
    return Brand(name=" ".join(topic.name.replace('"', " ").split()), tag="".join(words)) if topic and words else None


def next_step(workspace: Workspace) -> int:
    """Where the guide goes on, by what is there already."""
    if not Topic.of(workspace).exists():
        return 1
    return 4 if Source.of(workspace).exists() else 3
