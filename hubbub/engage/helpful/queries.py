"""Which words are offered for an answer: saved replies, filled in, and articles found by the words of the post."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct, convert

from hubbub.core.drafting import Said, Snippet, Task
from hubbub.core.knowledge import LITTLE, common_among, cut_words, helpful
from hubbub.core.knowledge import Article as Known
from hubbub.core.placeholders import fill
from hubbub.core.query.reading import tokens
from hubbub.store import words
from hubbub.store.models import Article, Conversation, Member, Post, SavedReply, Sketch, SketchState, Workspace

SHOWN = 8


class Offered(Struct, frozen=True):
    """One text that can be put into an answer."""

    kind: Literal["saved_reply", "article"]
    pk: int
    title: str
    text: str  # as it would stand in the answer
    missing: Sequence[str] = ()  # placeholders that the writer has to fill in
    because: Sequence[str] = ()  # words of the post that led to it
    url: str = ""


class Panel(Struct, frozen=True):
    """What stands beside the answer."""

    articles: Sequence[Offered]
    replies: Sequence[Offered]
    sought: str = ""
    more: bool = False  # there are more saved replies than are shown
    any: bool = True  # whether the workspace has saved anything at all


def panel(conversation: Conversation, post: Post | None, member: Member, sought: str = "") -> Panel:
    """Without `sought` the articles that the post's words lead to and the replies that are used most, else what holds
    all of these words."""
    workspace = conversation.workspace
    values = values_for(conversation, post, member)
    replies = list(SavedReply.of(workspace).filter(gone__isnull=True).order_by("-used", "title"))
    articles = list(Article.of(workspace).filter(gone__isnull=True).select_related("workspace"))
    some = bool(replies or articles)
    if sought.strip():
        replies = [row for row in replies if holds(f"{row.title} {row.text}", sought)]
        found = [
            offered_article(row)
            for row in articles
            if holds(f"{row.title} {row.text} {row.keywords}", sought)
        ]  # fmt: skip
    else:
        found = found_for(f"{post.title}\n{post.text}" if post else "", articles)
    shown = [offered_reply(row, values) for row in replies[:SHOWN]]
    return Panel(found[:SHOWN], shown, sought, len(replies) > SHOWN, some)


def found_for(text: str, articles: Sequence[Article]) -> list[Offered]:
    """The articles that the words of a text lead to, best first."""
    rows = {row.pk: row for row in articles}
    if not articles:
        return []
    known = [Known(row.pk, convert(row.words, dict[str, int])) for row in articles]
    common = common_among(words.known(articles[0].workspace, {*cut_words(text), *LITTLE}))
    return [offered_article(rows[one.article], one.because) for one in helpful(text, known, common)]


def offered_reply(row: SavedReply, values: Mapping[str, str]) -> Offered:
    """A saved reply as it would stand in this answer."""
    filled = fill(row.text, values)
    return Offered("saved_reply", row.pk, row.title, filled.text, filled.missing)


def offered_article(row: Article, because: Sequence[str] = ()) -> Offered:
    """An article as it would stand in an answer."""
    text = f"{row.text}\n{row.url}" if row.url and row.url not in row.text else row.text
    return Offered("article", row.pk, row.title, text, (), because, row.url)


def values_for(conversation: Conversation, post: Post | None, member: Member) -> Mapping[str, str]:
    """What stands for the placeholders that Hubbub fills in; see `core.placeholders.KNOWN`."""
    author = (post.author if post else None) or conversation.author
    name = (author.name or author.handle) if author else ""
    return {
        "name": name,
        "first name": name.split()[0] if name.split() else "",
        "handle": f"@{author.handle}" if author and author.handle else "",
        "network": str(conversation.source),
        "post link": post.url if post else "",
        "my name": str(member),
        "workspace": str(conversation.workspace),
    }


def holds(text: str, sought: str) -> bool:
    """Whether a text holds words that begin as each of those that are sought."""
    there = tokens(text)
    return all(any(word.startswith(part) for word in there) for part in tokens(sought))


def task_of(sketch: Sketch, tone: str, limit: int | None) -> Task:
    """What a language model is told for a sketch: the thread, the articles that help, and nothing else."""
    conversation = sketch.conversation
    posts = list(conversation.posts.select_related("author").order_by("-published", "-id")[:20])[::-1]
    names = {
        post.author_id: tuple(
            dict.fromkeys(part for part in (post.author.name, *post.author.name.split(), post.author.handle) if part)
        )
        for post in posts
        if post.author and not post.ours
    }
    articles = list(Article.of(conversation.workspace).filter(gone__isnull=True).select_related("workspace"))
    asked = sketch.post or (posts[-1] if posts else None)
    found = found_for(f"{asked.title}\n{asked.text}" if asked else "", articles)
    return Task(
        workspace=str(conversation.workspace),
        thread=[Said(_called(post, names), post.ours, f"{post.title}\n{post.text}".strip()) for post in posts],
        names=[several for several in names.values() if several],
        snippets=[Snippet(one.title, one.text) for one in found],
        tone=tone,
        limit=limit,
        wish=sketch.wish,
    )


def _called(post: Post, names: Mapping[int | None, Sequence[str]]) -> str:
    several = names.get(post.author_id, ())
    return several[0] if several else ""


def newest_sketch(conversation: Conversation, member: Member) -> Sketch | None:
    """The member's own, newest first; a colleague's is theirs."""
    return Sketch.of(conversation.workspace).filter(conversation=conversation, by=member).order_by("-id").first()


def under_way(workspace: Workspace, member: Member) -> int:
    """How many sketches this member is waiting for."""
    return Sketch.of(workspace).filter(by=member, state=SketchState.ASKED).count()
