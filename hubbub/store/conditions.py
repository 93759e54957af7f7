"""Fields of a query as conditions on columns: what a database can decide before the matcher looks.

A condition may let more posts through than match; it never drops one that does. Where it is exact it says so, and
counting can do without the matcher. tests/store/test_conditions.py holds every field of it against the matcher.
"""

import math
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.db.models import BooleanField, Exists, F, OuterRef, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from hubbub.core import relations
from hubbub.core.query import lookup
from hubbub.core.query import tree as asked
from hubbub.core.query.fields import FIELDS
from hubbub.core.query.glob import glob
from hubbub.core.query.narrow import All, Any, Asked, Need

from .models import (
    Author,
    Conversation,
    ConversationStatus,
    Decision,
    Member,
    Mention,
    Post,
    Priority,
    Relationship,
    Source,
    Tag,
    Team,
    Topic,
    Workspace,
)

Leaf = asked.Value | asked.Numbers | asked.Days | asked.Raw
Condition = tuple[Q, bool]  # and whether it is exact

# A field of numbers, its column, and whether it is whole numbers. What a network does not say does not hold; what was
# not found out is not known: neither so nor not so.
SAID = {
    **dict.fromkeys(("likes", "replies", "shares", "views"), ("", True)),
    "rating": ("", False),
    "followers": ("author__", True),
}
FOUND = ("toxicity", "spam")
FOUND_WORDS = ("sentiment", "intent")

NONE = Q(pk__in=[])
ALL = ~NONE
FEW = 2_000  # posts that are looked at one by one rather than looked for
MOST_AUTHORS = 1_000  # whose handles fit; more are left to the matcher
MOST_ODD = 20_000  # handles that are looked at because the database cannot fold them


class Conditions:
    """What can be asked of one workspace's posts now. `prefix`: how the query reaches the post ("post__")."""

    def __init__(self, workspace: Workspace, now: datetime, prefix: str = "") -> None:
        self._workspace = workspace
        self._now = now
        self._prefix = prefix
        self._made: dict[tuple[Leaf, bool], Condition | None] = {}
        self._authors: dict[asked.Value, list[int] | None] = {}

    def knows(self, leaf: Leaf, want: bool) -> bool | None:
        """For `narrow`: whether there is a condition (None: there is none), and whether it is exact."""
        made = self._condition(leaf, want)
        return None if made is None else made[1]

    def written(self, need: Need) -> Q:
        """The condition for what is needed of the fields."""
        match need:
            case Asked(leaf, want):
                made = self._condition(leaf, want)
                return Q() if made is None else made[0]
            case All(parts):
                return _joined(Q.AND, [self.written(part) for part in parts])
            case Any(parts):
                return _joined(Q.OR, [self.written(part) for part in parts])
            case _:
                raise TypeError(need)

    def few(self, need: Need | None) -> list[int] | None:
        """Where what is needed names people or topics with few posts: the ids of those posts. None: it names none."""
        for leaf in _surely(need):
            if not isinstance(leaf, asked.Value) or self._condition(leaf, True) is None:
                continue
            ids: list[int] | None = None
            if leaf.field == "author":
                theirs = Post.everywhere.filter(author__in=self._named(leaf) or [])
                ids = list(theirs.values_list("pk", flat=True)[: FEW + 1])
            elif leaf.field == "topic":
                caught = Mention.everywhere.filter(topic__in=self._topics(leaf))
                ids = list(caught.values_list("post", flat=True)[: FEW + 1])
            if ids is not None and len(ids) <= FEW:
                return ids
        return None

    def _condition(self, leaf: Leaf, want: bool) -> Condition | None:
        key = (leaf, want)
        if key not in self._made:
            self._made[key] = self._make(leaf, want)
        return self._made[key]

    def _make(self, leaf: Leaf, want: bool) -> Condition | None:
        match leaf:
            case asked.Numbers(field="age"):
                return self._age(leaf, want)
            case asked.Numbers():
                return self._numbers(leaf, want)
            case asked.Days(_, first, last):
                return self._between(_begin(first) if first else None, _end(last) if last else None, want), True
            case asked.Raw(text):
                return self._raw(text, want)
            case _:
                make = _VALUES.get(leaf.field)
                return make(self, leaf, want) if make and _sayable(leaf.text) else None

    def _is(self, **columns: object) -> Q:
        return Q(**{f"{self._prefix}{name}": value for name, value in columns.items()})

    # Numbers, moments, characters

    def _numbers(self, leaf: asked.Numbers, want: bool) -> Condition | None:
        found = leaf.field in FOUND
        if not found and leaf.field not in SAID:
            return None
        before, whole = ("", False) if found else SAID[leaf.field]
        column = f"{before}{leaf.field}"
        up, down = (math.ceil, math.floor) if whole else (_same, _same)
        within, beyond = [self._is(**{f"{column}__isnull": False})], []
        if leaf.low is not None:
            low = up(leaf.low) if leaf.low_in else down(leaf.low)
            within.append(self._is(**{f"{column}__{'gte' if leaf.low_in else 'gt'}": low}))
            beyond.append(self._is(**{f"{column}__{'lt' if leaf.low_in else 'lte'}": low}))
        if leaf.high is not None:
            high = down(leaf.high) if leaf.high_in else up(leaf.high)
            within.append(self._is(**{f"{column}__{'lte' if leaf.high_in else 'lt'}": high}))
            beyond.append(self._is(**{f"{column}__{'gt' if leaf.high_in else 'gte'}": high}))
        if want:
            return _joined(Q.AND, within), True
        outside = within[0] & _joined(Q.OR, beyond) if beyond else NONE
        return outside if found else outside | self._is(**{f"{column}__isnull": True}), True

    def _age(self, leaf: asked.Numbers, want: bool) -> Condition | None:
        try:
            latest = None if leaf.low is None else self._now - timedelta(seconds=leaf.low)
            earliest = None if leaf.high is None else self._now - timedelta(seconds=leaf.high)
        except OverflowError:
            return None
        tick = timedelta(microseconds=1)
        until = latest + tick if latest and leaf.low_in else latest
        since = earliest if earliest is None or leaf.high_in else earliest + tick
        return self._between(since, until, want), True

    def _between(self, since: datetime | None, until: datetime | None, want: bool) -> Q:
        """Published from `since` up to before `until`."""
        column = f"{self._prefix}published"
        ends = [Q(**{f"{column}__gte": since})] if since else []
        ends += [Q(**{f"{column}__lt": until})] if until else []
        if want:
            return _joined(Q.AND, ends) if ends else ALL
        outside = [Q(**{f"{column}__lt": since})] if since else []
        outside += [Q(**{f"{column}__gte": until})] if until else []
        return _joined(Q.OR, outside) if outside else NONE

    def _raw(self, text: str, want: bool) -> Condition | None:
        if not _sayable(text):
            return None
        places = [Q(GreaterThan(StrIndex(F(f"{self._prefix}{name}"), Value(text)), 0)) for name in ("title", "text")]
        found = places[0] | places[1]
        return (found if want else ~found), True

    # Values. Each returns the condition for "known to be so", or for "known not to be so".

    def _type(self, leaf: asked.Value, want: bool) -> Condition:
        found = self._is(type=leaf.text)
        return (found if want else ~found), True

    def _lang(self, leaf: asked.Value, want: bool) -> Condition | None:
        # EN_gb is en-gb; and one letter beyond ASCII, the Kelvin sign, becomes an ASCII one in lower case
        code = leaf.text.split("-")[0]
        begins = self._is(lang__istartswith=code) | self._is(lang__contains="\u212a")
        begins |= self._is(language__startswith=code)  # what was found or a person says: the matcher knows which counts
        return (begins, False) if want else None

    def _source(self, leaf: asked.Value, want: bool) -> Condition:
        return self._of_sources(want, lambda source: _fits(leaf, (source.kind, source.name)))

    def _of_sources(self, want: bool, holds: Callable[[Source], bool]) -> Condition:
        ids = [one.pk for one in Source.of(self._workspace).only("kind", "name", "owned") if holds(one)]
        found = self._is(source__in=ids)
        return (found if want else ~found), True

    def _flag(self, leaf: asked.Value, want: bool) -> Condition:
        if leaf.text == "owned":
            return self._of_sources(want, lambda source: source.owned)
        if leaf.text == "reply":
            alone = self._is(parent="")
            return (~alone if want else alone), True
        return self._is(**{leaf.text: want}), True

    def _has(self, leaf: asked.Value, want: bool) -> Condition | None:
        if not want or leaf.text == "question":
            return None
        if leaf.text != "link":
            return ~self._is(media=[]), False
        inside = [self._is(**{f"{name}__contains": "://"}) for name in ("text", "title")]
        inside += [self._is(**{f"{name}__icontains": "www."}) for name in ("text", "title")]
        return _joined(Q.OR, [~self._is(links=[]), *inside]), False

    def _author(self, leaf: asked.Value, want: bool) -> Condition | None:
        ids = self._named(leaf)
        if ids is None:
            return None
        found = self._is(author__in=ids)
        return (found if want else ~found | self._is(author__isnull=True)), True

    def _named(self, leaf: asked.Value) -> list[int] | None:
        if leaf not in self._authors:
            self._authors[leaf] = authors(self._workspace, leaf)
        return self._authors[leaf]

    def _decision(self, leaf: asked.Value, want: bool) -> Condition:
        found = self._is(decision__in=[one for one in Decision.values if lookup.same(leaf, one)])
        return (found if want else ~found), True

    def _status(self, leaf: asked.Value, want: bool) -> Condition:
        fit = [one for one in ConversationStatus.values if lookup.same(leaf, one) is want]
        return self._is(conversation__status__in=fit), True

    def _assignee(self, leaf: asked.Value, want: bool) -> Condition:
        members = Member.of(self._workspace).values_list("pk", "user__email")
        ids = [pk for pk, email in members if lookup.same(leaf, email) is want]
        found = self._is(conversation__assignee__in=ids)
        nobody = self._is(conversation__isnull=False, conversation__assignee__isnull=True)
        return (found | nobody if lookup.same(leaf, "") is want else found), True

    def _team(self, leaf: asked.Value, want: bool) -> Condition:
        ids = [pk for pk, name in Team.of(self._workspace).values_list("pk", "name") if lookup.same(leaf, name) is want]
        found = self._is(conversation__team__in=ids)
        none = self._is(conversation__isnull=False, conversation__team__isnull=True)
        return (found | none if lookup.same(leaf, "") is want else found), True

    def _priority(self, leaf: asked.Value, want: bool) -> Condition:
        fit = [one for one in Priority.values if lookup.same(leaf, one) is want]
        return self._is(conversation__priority__in=fit), True

    def _tag(self, leaf: asked.Value, want: bool) -> Condition:
        ids = [pk for pk, name in Tag.of(self._workspace).values_list("pk", "name") if lookup.same(leaf, name)]
        # from the few that carry it: a post in no conversation carries none
        put = Conversation.tags.through._default_manager.filter(tag__in=ids).values("conversation")
        found = self._is(conversation__in=put)
        return (found if want else ~found | self._is(conversation__isnull=True)), True

    def _about(self, leaf: asked.Value, want: bool) -> Condition:
        post = "post_id" if self._prefix else "pk"
        ids = Topic.of(self._workspace).filter(kind=leaf.text).values("pk")
        found = Q(Exists(Mention.of(self._workspace).filter(post=OuterRef(post), topic__in=ids)))
        return (found if want else ~found), True

    def _answered(self, leaf: asked.Value, want: bool) -> Condition:
        # a post in no conversation was not answered: a missing row is a missing moment
        return self._is(conversation__answered__isnull=(leaf.text == "yes") is not want), True

    def _topic(self, leaf: asked.Value, want: bool) -> Condition:
        ids = self._topics(leaf)
        post = "post_id" if self._prefix else "pk"
        found = Q(Exists(Mention.of(self._workspace).filter(post=OuterRef(post), topic__in=ids)))
        return (found if want else ~found), True

    def _topics(self, leaf: asked.Value) -> list[int]:
        return [pk for pk, name in Topic.of(self._workspace).values_list("pk", "name") if lookup.same(leaf, name)]

    def _relationship(self, leaf: asked.Value, want: bool) -> Condition:
        person = f"{self._prefix}author__person"
        stands = Relationship.of(self._workspace).filter(person=OuterRef(person), ended=None)
        kinds = [kind for kind in relations.RELATIONS if lookup.same(leaf, kind)]
        theirs = self._is(ours=False) & Q(Exists(stands.filter(kind__in=kinds)))
        if lookup.same(leaf, relations.NONE):
            theirs |= self._is(ours=True) | ~Q(Exists(stands))
        return (theirs if want else ~theirs), True

    def _found(self, leaf: asked.Value, want: bool) -> Condition:
        fit = [one for one in FIELDS[leaf.field].choices if lookup.same(leaf, one) is want]
        return self._is(**{f"{leaf.field}__in": fit}), True


_VALUES: dict[str, Callable[[Conditions, asked.Value, bool], Condition | None]] = {
    "type": Conditions._type,
    "lang": Conditions._lang,
    "source": Conditions._source,
    "is": Conditions._flag,
    "has": Conditions._has,
    "author": Conditions._author,
    "decision": Conditions._decision,
    "status": Conditions._status,
    "assignee": Conditions._assignee,
    "team": Conditions._team,
    "priority": Conditions._priority,
    "tag": Conditions._tag,
    "about": Conditions._about,
    "answered": Conditions._answered,
    "topic": Conditions._topic,
    "relationship": Conditions._relationship,
    **dict.fromkeys(FOUND_WORDS, Conditions._found),
}


def authors(workspace: Workspace, leaf: asked.Value) -> list[int] | None:
    """The ids of the authors whose handle is so; None: too many to name."""
    if connection.vendor == "sqlite":
        odd = RawSQL("handle GLOB '*[^!-~]*' OR handle LIKE '@%%'", [], output_field=BooleanField())
    else:
        odd = RawSQL("handle ~ '[^!-~]|^@'", [], output_field=BooleanField())
    begins = glob(leaf.text).prefix if leaf.wild else leaf.text
    plain = Q(handle__istartswith=begins) if leaf.wild else Q(handle__iexact=leaf.text)
    found: list[int] = []
    for fits, most in ((plain, MOST_AUTHORS), (odd, MOST_ODD)):
        rows = Author.of(workspace).filter(fits).exclude(handle="").values_list("pk", "handle")[: most + 1]
        named = list(rows)
        if len(named) > most:
            return None
        found += [pk for pk, handle in named if lookup.same(leaf, handle.lstrip("@"))]
    return sorted(set(found)) if len(found) <= MOST_AUTHORS else None


def _surely(need: Need | None) -> list[Leaf]:
    """What must be so of every post."""
    match need:
        case Asked(leaf, True):
            return [leaf]
        case All(parts):
            return [leaf for part in parts for leaf in _surely(part)]
        case _:
            return []


def span(need: Need | None, now: datetime) -> tuple[datetime | None, datetime | None]:
    """From when on, and before when, all posts were published; roughly: a little more than is meant."""
    since: list[datetime] = []
    until: list[datetime] = []
    for leaf in _surely(need):
        if isinstance(leaf, asked.Days):
            since += [_begin(leaf.first)] if leaf.first else []
            until += [end] if leaf.last and (end := _end(leaf.last)) else []
        if not isinstance(leaf, asked.Numbers) or leaf.field != "age":
            continue
        try:
            since += [] if leaf.high is None else [now - timedelta(seconds=leaf.high)]
            until += [] if leaf.low is None else [now - timedelta(seconds=leaf.low) + timedelta(seconds=1)]
        except OverflowError:
            continue
    return max(since, default=None), min(until, default=None)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _end(day: date) -> datetime | None:
    try:
        return _begin(day) + timedelta(days=1)
    except OverflowError:  # the last day that can be written
        return None


def _fits(leaf: asked.Value, names: Iterable[str]) -> bool:
    return any(name and lookup.same(leaf, name) for name in names)


def _joined(how: str, parts: list[Q]) -> Q:
    whole = Q()
    for part in parts:
        whole = whole & part if how == Q.AND else whole | part
    return whole


def _same(number: int | float) -> int | float:
    return number


def _sayable(text: str) -> bool:
    """Whether a database can be asked for it: none holds null bytes or half characters, and no stored post has any."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
