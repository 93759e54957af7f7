"""The model that ships in the package, read once."""

from functools import cache
from importlib.resources import files

from hubbub.core.text.analysers import Analysers


@cache
def shipped() -> Analysers:
    """The shipped analysers; about 4 MB are read at the first call."""
    return Analysers.from_bytes((files("hubbub.core.text") / "model.bin").read_bytes())
