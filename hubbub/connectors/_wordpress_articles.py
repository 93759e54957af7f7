"""Articles of a WordPress site that our account writes: published with their pictures, read back, changed, removed."""

import hashlib
import html
import mimetypes
import re
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Author, Media, Post, PostState

from ._connector import Act, Done
from ._marks import comment
from ._markup import paragraphs
from ._media import Attached, MediaLimits, fits
from ._text import images_in, links_in, plain, tidy
from ._wordpress_site import Me, RefusedError, Site, Text, utc

PREFIX = "post:"  # before an article's number; comments are numbers alone
NEWEST = 20  # of our articles, that are followed
FIELDS = "id,author,link,status,date_gmt,modified_gmt,title,content"
STATES: Mapping[str, PostState] = {"publish": "visible", "private": "hidden", "trash": "removed"}
TAKES = MediaLimits(
    many=20,
    kinds={
        **dict.fromkeys(("image/jpeg", "image/png", "image/gif", "image/webp"), None),
        **dict.fromkeys(("video/mp4", "audio/mpeg", "application/pdf"), None),
    },
    alt=1000,
    verbs=frozenset({"post"}),
)
MEDIA_BLOCK = re.compile(r"<!-- wp:(image|video|audio|file) .*?<!-- /wp:\1 -->", re.DOTALL)
MARK = re.compile(r"<!-- hubbub [^>]*-->")


class Article(Struct, frozen=True):
    """An article as the API gives it to those who may edit it."""

    id: int
    author: int = 0
    link: str = ""
    status: str = "publish"
    date_gmt: str = ""
    modified_gmt: str = ""
    title: Text = Text()
    content: Text = Text()

    @property
    def raw(self) -> str:
        """The words as they are kept."""
        return self.content.raw or ""

    @property
    def state(self) -> PostState:
        """As our posts have it."""
        return STATES.get(self.status, "pending")

    @property
    def print(self) -> str:
        """The same as long as nobody edits it."""
        return hashlib.sha256(f"{self.status}\0{self.title.rendered}\0{self.raw}".encode()).hexdigest()[:8]

    def as_post(self, name: str) -> Post:
        """The article as a post; comments below it have its number as their thread."""
        words = MARK.sub("", MEDIA_BLOCK.sub("", self.raw)) if self.raw else self.content.rendered
        return Post(
            id=f"{PREFIX}{self.id}",
            text=plain(words),
            title=plain(self.title.raw if self.title.raw is not None else self.title.rendered),
            url=self.link,
            type="article",
            author=Author(id=f"user:{self.author}", name=tidy(plain(name))),
            published=utc(self.date_gmt),
            thread=str(self.id),
            state=self.state,
            links=links_in(self.content.rendered),
            media=tuple(Media("image", url) for url in images_in(self.content.rendered)),
        )


class _File(Struct, frozen=True):
    """A file in the media library."""

    id: int
    source_url: str = ""


def is_article(act: Act) -> bool:
    """Whether it is about an article instead of a comment."""
    return act.post.startswith(PREFIX)


def newest(site: Site, me: Me) -> Sequence[Article]:
    """Our account's newest articles that readers see, newest first; none where it may publish none."""
    if not me.publishes:
        return ()
    return _listed(site, me, "publish")


def changed(articles: Sequence[Article], seen: Mapping[int, str]) -> tuple[list[Article], dict[int, str], list[str]]:
    """Of those that were written here: what is new or other than it was, oldest first; the fingerprints from now on;
    the ids of what is gone."""
    ours = [one for one in reversed(articles) if MARK.search(one.raw)]
    here = {one.id: one.print for one in ours}
    floor = min(one.id for one in articles) if len(articles) == NEWEST else 0
    gone = [f"{PREFIX}{number}" for number in seen if number >= floor and number not in here]
    return [one for one in ours if seen.get(one.id) != one.print], here, gone


def publish(site: Site, act: Act) -> Done:
    """A new article with its files. What an earlier try left, files or article, is used again."""
    if not act.title.strip():
        raise Broken("An article needs a title. Write one.")
    if not act.text.strip() and not act.media:
        raise Broken("The article is empty. Write something.")
    fits(act.media, TAKES, network=site.host)
    if (earlier := find(site, act)) is not None:
        return earlier
    files = [(one, _upload(site, act.key, number, one)) for number, one in enumerate(act.media)]
    content = "\n\n".join([*_words(act.text), *(_block(one, there) for one, there in files)]) + comment(act.key)
    body = {"title": html.escape(act.title.strip(), quote=False), "content": content, "status": "publish"}
    asked = {"_fields": FIELDS, "context": "edit"}
    return _done(site.ask("wp/v2/posts", Article, asked, method="POST", body=body)[0])


def find(site: Site, act: Act) -> Done | None:
    """Our article by the comment that it ends in, which readers do not see."""
    mark = comment(act.key).strip()
    return next((_done(one) for one in _listed(site, site.me(), "any") if mark in one.raw), None)


def edit(site: Site, act: Act) -> Done:
    """Other words, and another title where one is given; pictures stay. Only what was written here."""
    if not act.text.strip():
        raise Broken("Nothing would be left of the article. Delete it instead.")
    known = _one(site, act)
    mark = MARK.search(known.raw)
    if mark is None:
        raise Broken("This article was written in WordPress, and its layout would be lost here. Edit it there.")
    blocks = [match[0] for match in MEDIA_BLOCK.finditer(known.raw)]
    body = {"content": "\n\n".join([*_words(act.text), *blocks, mark[0]])}
    if act.title.strip():
        body["title"] = html.escape(act.title.strip(), quote=False)
    asked = {"_fields": FIELDS, "context": "edit"}
    return _done(site.ask(_path(act), Article, asked, method="POST", body=body)[0])


def find_edit(site: Site, act: Act) -> Done | None:
    """Whether it has these words already."""
    known = _one(site, act)
    there = known.as_post("")
    titled = not act.title.strip() or there.title == tidy(act.title)
    return _done(known) if titled and there.text.split() == act.text.split() else None


def delete(site: Site, act: Act) -> Done:
    """Into the trash, from which an editor can bring it back."""
    if (gone := find_delete(site, act)) is not None:
        return gone
    site.ask(_path(act), msgspec.Raw, {"_fields": "id", "_method": "DELETE"}, method="POST")
    return Done(act.post, state="removed")


def find_delete(site: Site, act: Act) -> Done | None:
    """Whether it is gone."""
    try:
        there = _one(site, act)
    except RefusedError as refused:
        if refused.code != "rest_post_invalid_id":
            raise
        return Done(act.post, state="removed")
    return _done(there) if there.status == "trash" else None


def _listed(site: Site, me: Me, status: str) -> Sequence[Article]:
    asked: dict[str, str | int] = {"author": me.id, "status": status, "per_page": NEWEST, "orderby": "id"}
    return site.ask("wp/v2/posts", tuple[Article, ...], {**asked, "context": "edit", "_fields": FIELDS})[0]


def _one(site: Site, act: Act) -> Article:
    return site.ask(_path(act), Article, {"context": "edit", "_fields": FIELDS})[0]


def _path(act: Act) -> str:
    number = act.post.removeprefix(PREFIX)
    if not number.isdecimal():
        raise Broken(f"“{act.post[:40]}” is not the number of a WordPress article.")
    return f"wp/v2/posts/{number}"


def _done(article: Article) -> Done:
    return Done(f"{PREFIX}{article.id}", article.link, article.state)


def _words(text: str) -> list[str]:
    """Paragraphs as the block editor keeps them."""
    return [f"<!-- wp:paragraph -->\n<p>{one}</p>\n<!-- /wp:paragraph -->" for one in paragraphs(text)]


def _upload(site: Site, key: str, number: int, file: Attached) -> _File:
    """Into the media library, under a name by which a second try finds it there."""
    slug = f"hubbub-{hashlib.sha256(key.encode()).hexdigest()[:20]}-{number + 1}"
    there = site.ask("wp/v2/media", tuple[_File, ...], {"slug": slug, "_fields": "id,source_url"})[0]
    if there:
        return there[0]
    stem = re.sub(r"[^a-z0-9]+", "-", file.name.rpartition(".")[0].lower()).strip("-")[:60] or "file"
    name = stem + (mimetypes.guess_extension(file.mime) or "")
    headers = {"content-type": file.mime, "content-disposition": f'attachment; filename="{name}"'}
    asked = {"slug": slug, "title": file.name, "alt_text": file.alt, "_fields": "id,source_url"}
    try:
        return site.upload("wp/v2/media", _File, asked, file.data, headers)
    except RefusedError as refused:
        if refused.code.startswith(("rest_upload", "upload")):
            raise Broken(f"{site.host} does not take the file “{file.name}”. {refused.failure}") from None
        raise


def _block(file: Attached, there: _File) -> str:
    """The file as the block editor shows it."""
    url, number = html.escape(there.source_url), f'{{"id":{there.id}}}'
    match file.mime.partition("/")[0]:
        case "image":
            image = f'<img src="{url}" alt="{html.escape(file.alt)}" class="wp-image-{there.id}"/>'
            kind, inside = "image", f'<figure class="wp-block-image">{image}</figure>'
        case "video":
            kind, inside = "video", f'<figure class="wp-block-video"><video controls src="{url}"></video></figure>'
        case "audio":
            kind, inside = "audio", f'<figure class="wp-block-audio"><audio controls src="{url}"></audio></figure>'
        case _:
            link = f'<a href="{url}">{html.escape(file.name, quote=False)}</a>'
            kind, inside = "file", f'<div class="wp-block-file">{link}</div>'
    return f"<!-- wp:{kind} {number} -->\n{inside}\n<!-- /wp:{kind} -->"
