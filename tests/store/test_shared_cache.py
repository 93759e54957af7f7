"""A cache in files that several processes share: of all who add a key one is told that it is theirs."""

import threading
from pathlib import Path

from hubbub.store.shared_cache import SharedCache

MANY = 8


def at_once(folder: Path, key: str) -> tuple[list[bool], int]:
    """Who added it, and how far all counted; each with a cache of its own, as processes have."""
    start, added = threading.Barrier(MANY), [False] * MANY
    SharedCache(str(folder), {}).set("count", 0)

    def run(number: int) -> None:
        cache = SharedCache(str(folder), {})
        start.wait()
        added[number] = cache.add(key, number)
        cache.incr("count")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(MANY)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return added, int(SharedCache(str(folder), {}).get("count"))


def test_one_of_many_adds_it_and_all_are_counted(tmp_path: Path) -> None:
    for turn in range(20):
        added, count = at_once(tmp_path, f"code-{turn}")
        assert (sum(added), count) == (1, MANY)
        assert SharedCache(str(tmp_path), {}).get(f"code-{turn}") == added.index(True)
