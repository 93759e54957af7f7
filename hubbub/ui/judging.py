"""Who judges a workspace's posts: the model that ships in the package, read once, with the workspace's own layer."""

from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from hubbub.core.text import own
from hubbub.core.text.analysers import Analysers
from hubbub.core.text.layered import Layered
from hubbub.store.models import Judge

KEPT = 16  # workspaces' judges in memory at once; each shares the shipped model


MODEL = files("hubbub.core.text") / "model.bin"


def is_there() -> bool:
    """Whether a model was trained; without one nothing is judged, and all that asks for it is not known."""
    return MODEL.is_file()


@cache
def shipped() -> Analysers:
    """The shipped analysers; about 4 MB are read at the first call."""
    return Analysers.from_bytes(MODEL.read_bytes())


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
