"""Hours with a holiday, a promise, and somebody who waits by it, for `tests.furnished`."""

from datetime import date, timedelta

from hubbub.store.models import Conversation, Holiday, Hours, Promise, Wait
from tests.world import NOON


def furnish_promises(talk: Conversation, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    workspace = talk.workspace
    hours = Hours.everywhere.create(
        workspace=workspace,
        name=f"Office {own}",
        zone="Europe/Berlin",
        week=["9:00-17:00"] * 5 + [""] * 2,
        standard=True,
    )
    holiday = Holiday.everywhere.create(workspace=workspace, hours=hours, day=date(2026, 12, 25), name=f"Off {own}")
    promise = Promise.everywhere.create(
        workspace=workspace, name=f"All {own}", place=1, made=NOON, first_minutes=60, hours=hours, nudge_percent=75
    )
    Wait.everywhere.create(
        workspace=workspace, conversation=talk, promise=promise, kind="first", asked=talk.opened, started=talk.opened,
        within=3600, due=talk.opened + timedelta(hours=1), end="kept", ended=talk.opened, took=0,
    )  # fmt: skip
    return {"hours": hours.pk, "holiday": holiday.pk, "promise": promise.pk}
