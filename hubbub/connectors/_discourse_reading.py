"""Reading a Discourse forum: the pages of its lists, newest first, whichever of them is asked for."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from hubbub.core.failures import Broken
from hubbub.core.post import Post

from ._connector import Report
from ._discourse_forum import Forum, Hits, Latest, NotThere, Said, SomePosts, TheSite, Topic
from ._newest import Entry, Line, entry

PAGE = 50  # the most that a list of a forum hands out at once
OF_TOPIC = 20  # posts of a topic that are asked for at once
SEARCHED = 10  # pages that a search has at most
FOUND = 2  # pages of a search that one fetch reads; visitors may search a few times a minute only
LOOKED_AFTER = 10  # known posts of a search whose words are read again in one fetch


class Place(Struct, frozen=True):
    """The cursor. `categories` are those that were meant, once looked up."""

    asked: str = ""
    line: Line = Line()
    categories: tuple[int, ...] = ()
    below: int = 0  # where in the list of the whole forum the next page of older posts begins
    turn: int = 0  # which of the known posts of a search are read again next


def asked(forum: Forum) -> str:
    """What is read, and as whom: other settings begin anew."""
    return f"{forum.address} {forum.category} {forum.topic} {forum.words} {forum.user if forum.signed_in else ''}"


def start(forum: Forum) -> Place:
    """Before the first page, with the category and those below it looked up."""
    if not forum.category or forum.words or forum.topic:
        return Place(asked(forum))
    known = forum.get("site.json", TheSite).categories
    found = {one.id for one in known if one.is_called(forum.category.rpartition("/")[2])}
    if not found:
        names = ", ".join(sorted(one.slug for one in known if one.slug)[:8])
        raise Broken(f"{forum.host} has no category “{forum.category}”. It has {names or 'none that can be seen'}.")
    for _ in known:  # categories below categories, as deep as they go
        found |= {one.id for one in known if one.parent_category_id in found}
    return Place(asked(forum), categories=tuple(sorted(found)))


class Reader:
    """The pages of a list, newest first; what is told of a page beside its posts."""

    def __init__(self, forum: Forum, place: Place) -> None:
        self._forum = forum
        self._place = place
        self._before: dict[int, int] = {1: 0}  # page → the id below which it begins; 0: the newest there is
        self._topic: Topic | None = None
        self._again = LOOKED_AFTER
        self.reports: list[Report] = []

    def after(self, line: Line) -> Place:
        """The cursor to go on from."""
        return msgspec.structs.replace(self._place, line=line, below=self._before.get(line.page, 0))

    def page(self, number: int) -> tuple[Sequence[Entry], bool]:
        """What stands on it, and whether it is the last."""
        if self._forum.words and not self._forum.topic:
            return self._found(number)
        said, is_last = self._of_topic(number) if self._forum.topic else self._latest(number)
        return self._entries(said), is_last

    def _entries(self, said: Sequence[Said]) -> Sequence[Entry]:
        self.reports += [one.report() for one in said if one.reviewable_id]
        title, slug = (self._topic.title, self._topic.slug) if self._topic else ("", "")
        return [
            msgspec.structs.replace(
                entry(one.as_post(self._forum.address, title, slug), str(one.reviewable_score_pending_count)),
                when=float(one.id),  # lists run by number, and so do we: a date can be changed by a moderator
            )
            for one in said
            if not one.user_deleted
        ]

    def stands(self, native: str) -> bool:
        """Whether it is still there for readers."""
        try:
            said = self._forum.post(native)
        except NotThere:
            return False
        return not said.user_deleted and (self._forum.signed_in or not said.deleted_at)

    def _latest(self, number: int) -> tuple[Sequence[Said], bool]:
        """Of the whole forum. What we may not see is left out of a page, which is therefore never full for sure.

        Newer servers begin below `before`; older ones with it, and reach fifty numbers down whatever stands there.
        """
        before = self._before.get(number) or (self._place.below if number > 1 else 0)
        said = self._forum.get("posts.json", Latest, {"before": before} if before else {}).latest_posts
        fresh = [one.id for one in said if not before or one.id < before]
        lowest = min(fresh, default=max(1, before - PAGE))
        self._before[number + 1] = lowest
        wanted = self._place.categories
        kept = [one for one in said if not wanted or one.category_id in wanted]
        return sorted(kept, key=lambda one: -one.id), lowest <= 1 or (not said and number == 1)

    def _of_topic(self, number: int) -> tuple[Sequence[Said], bool]:
        if self._topic is None:
            self._topic = self._forum.in_topic(self._forum.topic)
        ids = self._topic.post_stream.stream
        begin = max(0, len(ids) - number * OF_TOPIC)
        asked = ids[begin : len(ids) - (number - 1) * OF_TOPIC] if number * OF_TOPIC - len(ids) < OF_TOPIC else ()
        if not asked:
            return (), True
        query = "&".join(f"post_ids[]={one}" for one in asked)
        path = f"t/{self._topic.id}/posts.json?{query}&include_raw=true"
        said = self._forum.get(path, SomePosts).post_stream.posts
        return sorted(said, key=lambda one: -one.id), begin == 0

    def _found(self, number: int) -> tuple[Sequence[Entry], bool]:
        """Of a search, which tells of each topic the newest post that it finds, and only where that stands: what is
        not known is asked for one by one, and a few of the others in turn."""
        in_category = f" #{self._forum.category}" if self._forum.category else ""
        words: dict[str, str | int] = {"q": f"{self._forum.words}{in_category} order:latest", "page": number}
        hits = self._forum.get("search.json", Hits, words).posts
        known = {hit.id: seen for hit in hits if (seen := self._place.line.seen.get(hit.name))}
        again = self._to_read_again(sorted(known))
        said, entries = [], []
        for hit in hits:
            if hit.id in known and hit.id not in again:
                when, mark = known[hit.id]
                entries.append(Entry(Post(hit.name, ""), when, mark))
                continue
            try:
                said.append(self._forum.get(f"posts/{hit.id}.json", Said))
            except NotThere:  # deleted since the search knew it
                continue
        entries = sorted([*entries, *self._entries(said)], key=lambda one: -one.when)
        return entries, len(hits) < PAGE or number >= SEARCHED

    def _to_read_again(self, known: Sequence[int]) -> set[int]:
        """Some of the known posts on a page, other ones at each fetch: an edit is seen after a while."""
        later = [one for one in known if one > self._place.turn]
        chosen = (later or known)[: self._again]
        self._again -= len(chosen)
        if chosen:
            self._place = msgspec.structs.replace(self._place, turn=chosen[-1])
        return set(chosen)
