"""Moving posts from the queue into the index, batch by batch: the background work behind searching."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from hubbub.core import query as language
from hubbub.store.models import Post

from . import postgresql, sqlite
from .key import key_of, post_in, workspace_in

BATCH = 500  # posts of one transaction: longer ones would make others wait for the only write lock of SQLite
LONGEST = 200  # characters of a word in the list: nobody asks for longer ones, and an index takes no endless ones

Texts = tuple[list[str], list[str]]  # the tokens of the title, and of the text


def step(size: int = BATCH) -> int:
    """Index up to `size` posts of the queue, the newest first. Returns how many left the queue; 0: nothing waits, or
    another worker is at it. All of it is saved or nothing."""
    tables = sqlite if connection.vendor == "sqlite" else postgresql
    with transaction.atomic():
        keys = tables.take(size)
        if not keys:
            return 0
        changes: dict[int, Counter[str]] = defaultdict(Counter)  # workspace → word → in how many more posts it stands
        for key, words in tables.drop(keys).items():
            changes[workspace_in(key)].subtract(_listed(words))
        for key, words in tables.put(_read(keys)).items():
            changes[workspace_in(key)].update(_listed(words))
        tables.count(
            [
                (workspace, word, number)
                for workspace, counted in sorted(changes.items())
                for word, number in sorted(counted.items())
                if number
            ]
        )
        return len(keys)


def waiting(most: int = 1_000_000) -> int:
    """How many posts are not in the index yet, counted up to `most`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM search_queue LIMIT %s) AS counted", [most])
        return int(cursor.fetchone()[0])


def _listed(words: set[str]) -> set[str]:
    """The words of a post as the word list holds them."""
    return words if max(map(len, words), default=0) <= LONGEST else {word[:LONGEST] for word in words}


def _read(keys: Sequence[int]) -> Mapping[int, Texts]:
    """What stands under these keys now, in their order; posts that are gone, or stand under another key, are not."""
    found: dict[int, Texts] = {}
    posts = Post.everywhere.filter(pk__in=[post_in(key) for key in keys])
    for pk, workspace, published, title, text in posts.values_list("pk", "workspace", "published", "title", "text"):
        found[key_of(workspace, published, pk)] = (language.tokens(title) if title else [], language.tokens(text))
    return {key: found[key] for key in sorted(keys) if key in found}
