"""A post as far as it counts for later ones of the same person, and whose the sites are that it shows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from .owns import link_of, named_by, site_of
from .post import Author, Post
from .query import tokens
from .query.lookup import below
from .query.reading import host, may_hold_url, urls

OFTEN = 2  # posts that link to a site before it may be theirs
_NO_URLS: tuple[str, ...] = ()
_NONE: frozenset[str] = frozenset()


class Past(Struct, eq=False, gc=False):
    """One post of a person. What rules decide about it is told by `Record.rule`, which keeps the counts right.

    `order`: of two posts of one moment the smaller was read first. `taken_away`: whether a decision hid or removed it;
    None: nothing was decided. `praises`: it is a promotion, or in a positive mood. `own`: it was said in a place
    of ours; `answering`, `replied`: whether it answers somebody, and how many answered it.
    """

    post: Post
    published: datetime
    order: int
    taken_away: bool | None = None
    decided: datetime | None = None
    praises: bool = False
    own: bool = False
    answering: bool = False
    replied: int = 0
    ruled: bool = False  # whether the rules that are being tried take it away,
    undone: datetime | None = None  # until people took that back
    _links: frozenset[str] | None = None
    _sites: frozenset[str] | None = None
    _profile: str | None = None
    _said: str | None = None

    def gone(self, at: datetime) -> bool:
        """Whether it had been taken away by then."""
        if self.taken_away is not None and self.decided is not None and self.decided <= at:
            return self.taken_away
        return self.ruled and (self.undone is None or at < self.undone)

    @property
    def links(self) -> frozenset[str]:
        """What it links to."""
        if self._links is None:
            found = _urls(self.post)
            self._links = frozenset([link_of(url) for url in found]) if found else _NONE
        return self._links

    @property
    def sites(self) -> frozenset[str]:
        """The sites that it links to, but for the one that it stands on."""
        if self._sites is None:
            found = _urls(self.post)
            home = site_of(self.post.url) if found and self.post.url else ""
            sites = frozenset([site for url in found if (site := site_of(url)) and site != home]) if found else _NONE
            self._sites = sites
        return self._sites

    @property
    def profile(self) -> str:
        """The site that its author's profile names; "" where that is the network's own."""
        if self._profile is None:
            author = self.post.author
            self._profile = _profile(author, self.post.url) if author is not None and author.url else ""
        return self._profile

    @property
    def telling(self) -> bool:
        """Whether it can say anything of whose a site is: it links, its author's profile does, or it praises."""
        return self.praises or bool(self.links) or bool(self.profile)

    def about(self, theirs: tuple[str, ...]) -> bool:
        """Whether it links to one of these sites, or praises one."""
        sites = self._sites if self._sites is not None else self.sites
        if sites and any(one == site or below(site, one) for one in sites for site in theirs):
            return True
        return self.praises and self._names(theirs)

    def _names(self, theirs: tuple[str, ...]) -> bool:
        if self._said is None:  # what is theirs changes, what was said does not
            self._said = f" {' '.join(tokens(self.post.title))} | {' '.join(tokens(self.post.text))} "
        said = self._said
        return any((name := named_by(site)) and f" {name} " in said for site in theirs)


def _urls(post: Post) -> Sequence[str]:
    named = bool(post.title) and may_hold_url(post.title)
    if not (post.links or named or may_hold_url(post.text)):
        return _NO_URLS
    text = [post.text[start:end] for start, end in urls(post.text)]
    if named:
        text += [post.title[start:end] for start, end in urls(post.title)]
    return (*post.links, *text)


def _profile(author: Author, at: str) -> str:
    # nearly always both stand on the network's own host, written alike
    if not at or author.url.split("/", 3)[:3] == at.split("/", 3)[:3]:
        return ""
    theirs, home = _host(author.url), host(at)
    return site_of(author.url) if home and theirs and theirs != home else ""


_host = lru_cache(maxsize=65_536)(host)


def theirs(linked: Iterable[Past], post: Past | None = None) -> tuple[str, ...]:
    """The sites that are a person's, as their posts show it: what their profiles name, and what they link to most."""
    declared = set[str]()
    counts: dict[str, int] = {}
    for past in linked:
        if past.profile:
            declared.add(past.profile)
        for site in past.sites:
            counts[site] = counts.get(site, 0) + 1
    if post is not None and post.profile:
        declared.add(post.profile)
    return owned(declared, counts)


def owned(declared: Iterable[str], counts: Mapping[str, int]) -> tuple[str, ...]:
    """The sites that are declared, and of those that are linked to, with how often, the one or more that are most."""
    most = max(counts.values(), default=0)
    if most < OFTEN:
        return tuple(sorted(set(declared))) if declared else ()
    return tuple(sorted({*declared, *(site for site, number in counts.items() if number == most)}))
