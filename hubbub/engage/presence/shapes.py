"""What the calls about presence and drafts take and answer with."""

from datetime import datetime

from ninja import Schema

from hubbub.store.models import Draft
from hubbub.ui.api import RowId


class HereOut(Schema):
    """Somebody who has a conversation open."""

    conversation: int
    member: int
    name: str
    writing: bool


class ChangesOut(Schema):
    """What changed, and who is where; say `until` as `since` the next time."""

    until: datetime
    changed: list[int]  # conversations, 200 at most, the last to change first
    people: list[HereOut]


class SeeIn(Schema):
    """Whether they write, too."""

    writing: bool = False


class DraftIn(Schema):
    """Words and files to keep. `draft` and `version` as answered before; 0 for a new one. Empty text without files
    takes the draft away."""

    text: str
    draft: RowId = 0
    version: RowId = 0
    post: RowId | None = None  # the post that is answered
    files: list[RowId] | None = None  # attached before: POST /files; null: as they were


class KeptOut(Schema):
    """What stands now. `draft` is 0 where nothing does; `apart`: another window's words stand beside these."""

    draft: int
    version: int
    apart: bool


class OwnDraftOut(Schema):
    """A draft of yours; `sent` where it was sent and came back."""

    id: int
    version: int
    text: str
    post: int | None
    at: datetime
    sent: datetime | None
    files: list[int]

    @classmethod
    def of(cls, row: Draft) -> "OwnDraftOut":
        """From the row."""
        files = [one.pk for one in row.attachments.all()]
        return cls(
            id=row.pk, version=row.version, text=row.text, post=row.post_id, at=row.at, sent=row.sent, files=files
        )
