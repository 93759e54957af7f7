"""What a page holds that was refused, or that is only looked at so far."""

from collections.abc import Sequence

from msgspec import Struct

from hubbub.store.models import Attachment


class Typed(Struct, frozen=True):
    """What a refused reply holds, so that nothing that was typed is lost."""

    text: str = ""
    error: str = ""  # why it was not sent
    conflict: bool = False  # a colleague was quicker: offer "send nevertheless"
    then: str = "waiting"
    note: str = ""
    note_error: str = ""
    seen_row: str = ""  # what the writer had seen when they began: only their word makes them know more
    seen_post: str = ""
    verb: str = ""  # "reply" or "message"; "": whatever comes first there
    when: str = "now"  # "now", "at", "awake"
    at: str = ""  # as the field held it
    untimely: bool = False  # that is what must be mended
    files: Sequence[Attachment] = ()
    given: bool = False  # the form was sent: these are its files, whatever the draft holds
    draft: int = 0  # as which it is kept, in which version as far as the writer has seen it
    draft_version: int = 0
    preview: bool = False  # show what would be sent
    in_parts: bool = False
    parts: int = 0  # in how many it could go; 0: as it is


NOTHING_TYPED = Typed()
