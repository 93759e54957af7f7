"""How to write a query: a page made of the language's own table of examples, with a place to try one."""

from itertools import groupby

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from msgspec import Struct

from hubbub.core.facts import Analysis, Handling, Standing
from hubbub.core.post import Place, Post
from hubbub.core.query import (
    FIELDS,
    PLACE,
    Field,
    QueryError,
    Slip,
    Use,
    format,  # noqa: A004
    holds,
    parse,
    read,
    spans,
)
from hubbub.core.query.examples import EXAMPLES, MISTAKES, OPERATORS, Example
from hubbub.store.models import Role

from .access import MemberRequest, page

_LONGEST = 2_000  # a query that is tried out travels in the address


class Try(forms.Form):
    """A query and a text to try it on."""

    query = forms.CharField(
        max_length=_LONGEST,
        widget=forms.Textarea({"rows": 2, "class": "code", "spellcheck": "false"}),
        initial='(acme OR "red rocket") NOT jobs',
    )
    text = forms.CharField(
        max_length=_LONGEST,
        required=False,
        label="A post that says",
        widget=forms.Textarea({"rows": 3}),
        initial="I saw the Red Rocket by #Acme today!",
    )
    use = forms.ChoiceField(
        label="In",
        initial=Use.TOPIC.value,
        choices=[(use.value, word) for use, word in PLACE.items()],
        help_text="A topic knows what the network tells; elsewhere more is known.",
    )


class Tried(Struct, frozen=True):
    """What came of it. `matches` is None where it hangs on what is known only later."""

    query: str
    text: str
    slips: tuple[Slip, ...] = ()
    matches: bool | None = None
    spans: tuple[tuple[int, int], ...] = ()  # in the text
    canonical: str = ""


class Shown(Struct, frozen=True):
    """One example as it stands on the page."""

    example: Example
    post: str  # what is to be known of the post


class Heading(Struct, frozen=True):
    """Examples of one kind."""

    name: str
    examples: tuple[Shown, ...]


@page(Role.VIEWER)
def query_help(request: MemberRequest) -> HttpResponse:
    """The page; `?query=…&text=…&use=…` tries a query out."""
    asked = "query" in request.GET
    form = Try(request.GET if asked else None)
    tried = _try(form.cleaned_data) if asked and form.is_valid() else None
    context = {
        "form": form,
        "tried": tried,
        "operators": OPERATORS,
        "headings": headings(),
        "fields": [(field, _known(field)) for field in FIELDS.values()],
        "mistakes": [(mistake.query, _says(mistake.query, mistake.use)) for mistake in MISTAKES],
    }
    return render(request, "ui/query_help.html", context)


def _try(given: dict[str, str]) -> Tried:
    use = Use(given["use"])
    text = given["text"].replace("\r\n", "\n")
    query_text = given["query"].replace("\r\n", "\n")
    try:
        query = parse(query_text, use)
    except QueryError as error:
        return Tried(query_text, text, slips=error.slips)
    now = timezone.now()
    reading = read(Post(id="1", text=text), Place(), read_at=now)
    return Tried(
        query_text,
        text,
        matches=holds(query, reading, now=now),
        spans=tuple((span.start, span.end) for span in spans(query, reading, now=now) if span.field == "text"),
        canonical=format(query),
    )


def headings() -> list[Heading]:
    """The examples by their heading, in the order of the table."""
    return [
        Heading(name, tuple(Shown(example, _post(example)) for example in examples))
        for name, examples in groupby(EXAMPLES, key=lambda example: example.about)
    ]


def _post(example: Example) -> str:
    """What an example's post is, in words: its text, or what else of it matters."""
    post, place, facts = example.post, example.place, example.facts
    told = [f"title “{post.title}”"] if post.title else []
    if post.author:
        told.append(f"by {post.author.name} (@{post.author.handle}, {post.author.followers:,} followers)")
    told += [
        f"{name} {value}" for name in ("lang", "likes", "rating") if (value := getattr(post, name)) not in ("", None)
    ]
    told += ["published " + f"{post.published:%Y-%m-%d %H:%M}"] if post.published else []
    told += [f"a {post.type}"] if post.type != "post" else []
    told += ["answers another"] if post.parent else []
    told += [f"links to {link}" for link in post.links] + [f"with a {media.type}" for media in post.media]
    told += [f"from {place.name or place.kind}"] if place.kind else []
    for known, nothing in ((facts.analysis, Analysis()), (facts.standing, Standing()), (facts.handling, Handling())):
        for name in type(nothing).__struct_fields__:
            value = getattr(known, name)
            if value is not None and value != getattr(nothing, name):
                shown = ", ".join(sorted(value)) if isinstance(value, frozenset) else value
                told.append(f"{name.replace('_', ' ')}: {shown}")
    if post.text != "a post":
        told.insert(0, post.text)
    return " · ".join(told) or "any post"


def _known(field: Field) -> str:
    """Where a field can be asked for."""
    return (
        "everywhere"
        if len(field.known) == len(Use)
        else ", ".join(use.value + "s" for use in Use if use in field.known)
    )


def _says(query: str, use: Use) -> Slip:
    try:
        parse(query, use)
    except QueryError as error:
        return error.slips[0]
    raise AssertionError(query)  # the table of mistakes is a test
