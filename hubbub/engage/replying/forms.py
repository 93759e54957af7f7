"""What the composer sends, read and checked; the actions say what is wrong with the words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import forms

from hubbub.store.models import ConversationStatus

from .actions import UnfitTime

THEN = [
    (ConversationStatus.WAITING, "wait for them"),
    (ConversationStatus.DONE, "mark done"),
    (ConversationStatus.OPEN, "leave it open"),
]
MOST = 2**63 - 1  # of an id
WHEN = (("now", "Now"), ("at", "At a time"), ("awake", "When they are awake"))


class ReplyForm(forms.Form):
    """An answer, with what its writer had seen when they began."""

    text = forms.CharField(required=False)
    post = forms.IntegerField(min_value=0, max_value=MOST)
    nonce = forms.CharField(max_length=64)
    seen_row = forms.IntegerField(min_value=0)
    seen_post = forms.IntegerField(min_value=0)
    seen = forms.IntegerField(min_value=0, max_value=MOST, required=False)  # it is stored
    sure = forms.BooleanField(required=False)
    shown_row = forms.IntegerField(required=False, min_value=0)  # what stood there when they were warned
    shown_post = forms.IntegerField(required=False, min_value=0)
    then = forms.ChoiceField(choices=ConversationStatus.choices)
    verb = forms.ChoiceField(choices=[("reply", "Publicly"), ("message", "Privately")], required=False)
    when = forms.ChoiceField(choices=WHEN, required=False)
    in_parts = forms.BooleanField(required=False)
    draft = forms.IntegerField(min_value=0, required=False)
    draft_version = forms.IntegerField(min_value=0, required=False)


class ReplyingForm(forms.Form):
    """How answers leave. The page says by which clock hours are meant."""

    undo_seconds = forms.IntegerField(
        min_value=0, max_value=60, label="Seconds in which what was sent can be called back", help_text="0 to 60"
    )
    awake_from = forms.IntegerField(
        min_value=0, max_value=23, label="People are awake from",
        help_text="Hour of the day; taken for people who have not written enough to tell",
    )  # fmt: skip
    awake_to = forms.IntegerField(min_value=0, max_value=23, label="until", help_text="Hour of the day")


def moment(text: str, zone: str) -> datetime:
    """What a field for date and time holds, on the workspace's clock, as a moment. Raises Refusal."""
    try:
        read = datetime.fromisoformat(text.strip())
        return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the year 1 or 9999 has no moment in every zone
        raise UnfitTime("Choose a day and a time to send it at, like 2026-12-24 09:30") from error
