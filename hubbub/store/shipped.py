"""The model that ships in the package, read once. Without Django, so that a command may start without it, too."""

import logging
from functools import cache
from importlib.resources import files

import msgspec

from hubbub.core.text.analysers import Analysers

log = logging.getLogger(__name__)

MODEL = files("hubbub.core.text") / "model.bin"


@cache
def shipped() -> Analysers:
    """The shipped analysers; about 3 MB are read at the first call. Raises FileNotFoundError, msgspec.DecodeError."""
    return Analysers.from_bytes(MODEL.read_bytes())


@cache
def is_there() -> bool:
    """Whether there is a model that can be read; without one nothing is judged, and all that asks for it is not
    known. Posts are read, matched and moderated all the same."""
    try:
        shipped()
    except (FileNotFoundError, msgspec.DecodeError) as error:
        log.warning("%s cannot be read (%s): posts are not judged until Hubbub is installed anew", MODEL, error)
        return False
    return True
