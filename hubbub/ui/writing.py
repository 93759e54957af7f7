"""What an editor's form holds: a query as text or as lists, and the mends that were taken. For topics and rules."""

from collections.abc import Sequence

from django.http import QueryDict
from msgspec import DecodeError, Struct, ValidationError, json

from hubbub.core import query as language
from hubbub.core.query import builder
from hubbub.core.query.lists import WordList
from hubbub.ui.builder import BuilderForm, builder_form

LONGEST = 20_000  # characters of a query in a form; the form says so where there are more


class Written(Struct, frozen=True):
    """A query in the editor. As lists, `text` is what they write."""

    text: str
    lists: BuilderForm | None = None  # None: it is edited as text
    says: str = ""  # what became of a wish, in words


class Field(Struct, frozen=True):
    """The field of the form that holds the query, and what may be asked in it."""

    name: str = "query"
    use: language.Use = language.Use.TOPIC
    lists: Sequence[WordList] | None = None  # word lists that it may name


TOPIC = Field()


def begun(text: str, *, as_lists: bool, field: Field = TOPIC) -> Written:
    """An editor that opens on a query."""
    return _as_lists(text, field) if as_lists else Written(text)


def sent(data: QueryDict, field: Field = TOPIC) -> Written:
    """What a form sent, as lists or as text, once its wish is done: the other way round, or one mend taken."""
    lists = builder_form(data=data) if data.get("mode") == "lists" else None
    text = builder.write(lists.lists(), field.use) if lists is not None else data.get(field.name, "")
    if mend := data.get("mend"):
        return _mended(text, mend)
    match data.get("do"):
        case "lists" if lists is None:
            return _as_lists(text, field)
        case "text" if lists is not None:
            return Written(text)
    return Written(text, lists)


def _as_lists(text: str, field: Field) -> Written:
    if not text.strip():
        return Written(text, builder_form())
    try:
        parts = builder.parts_of(language.parse(text, field.use, field.lists))
    except language.QueryError:
        return Written(text, says="The query cannot be read yet. Mend it first, then it can be shown as lists.")
    if parts is None:
        says = (
            "This query says more than the lists can show (brackets within brackets, several groups of alternatives, "
            "a group in a field), so it stays as it is written."
        )
        return Written(text, says=says)
    return Written(builder.write(parts, field.use), builder_form(parts))


def _mended(text: str, mend: str) -> Written:
    """One advice taken, where the text is still the one that it was given about."""
    try:
        start, end, there, instead = json.decode(mend.encode(), type=tuple[int, int, str, str])
    except (DecodeError, ValidationError, UnicodeEncodeError):
        return Written(text)
    if not 0 <= start <= end <= len(text) or text[start:end] != there:
        return Written(text, says="The query was changed meanwhile, so nothing was replaced.")
    return Written((text[:start] + instead + text[end:]).strip())


def form_data(data: QueryDict, written: Written, field: Field = TOPIC) -> QueryDict:
    """What was sent, with the query as it stands now."""
    copy = data.copy()
    copy[field.name] = written.text[: LONGEST + 1]
    return copy


def wants_to_save(data: QueryDict) -> bool:
    """Whether the form was sent to be saved, and not to look at something first."""
    return not data.get("do") and not data.get("mend")
