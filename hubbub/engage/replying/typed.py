"""What a page holds that was refused."""

from msgspec import Struct


class Typed(Struct, frozen=True):
    """What a refused reply holds, so that nothing that was typed is lost."""

    text: str = ""
    error: str = ""  # why it was not sent
    conflict: bool = False  # a colleague was quicker: offer "send nevertheless"
    then: str = "waiting"
    note: str = ""
    note_error: str = ""


NOTHING_TYPED = Typed()
