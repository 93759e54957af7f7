"""The full-text index over stored posts: derived from them, made and kept by Hubbub itself, never part of a backup.

Three tables beside the models: what is still to be indexed (`search_queue`), the words of every post
(`search_posts`), and in how many posts of a workspace each word stands (`search_words`).
"""

from .indexing import step, waiting
from .key import indexable
from .lookup import faithful, hits, queued

__all__ = ["faithful", "hits", "indexable", "queued", "step", "waiting"]
