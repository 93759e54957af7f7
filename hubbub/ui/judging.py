"""Who judges a workspace's posts: the model that ships in the package, read once, with the workspace's own layer."""

from functools import lru_cache

import msgspec

from hubbub.core.text import own
from hubbub.core.text.layered import Layered
from hubbub.store.models import Judge
from hubbub.store.shipped import is_there, shipped

__all__ = ["is_there", "judging", "pack", "shipped", "unpack"]

KEPT = 16  # workspaces' judges in memory at once; each shares the shipped model


def judging(judge: Judge) -> Layered:
    """What this judge stands for. Its version must be the shipped one, or else others would be named for our words."""
    layers = bytes(judge.own.layer) if judge.own else b""
    return _judging(layers, judge.languages)


@lru_cache(KEPT)
def _judging(layers: bytes, languages: str) -> Layered:
    return Layered(shipped(), {layer.field: layer for layer in unpack(layers)}, languages.split())


def pack(layers: list[own.Layer]) -> bytes:
    """The layers of a workspace as they are kept."""
    return msgspec.msgpack.encode(layers)


def unpack(kept: bytes) -> list[own.Layer]:
    """The other way; of nothing, nothing."""
    return msgspec.msgpack.decode(kept, type=list[own.Layer]) if kept else []
