"""Files of people, taken in a few lines at a time."""

from datetime import datetime, timedelta

from hubbub.engage.people import imported
from hubbub.store.models import PeopleImport

AT_ONCE = 25  # lines of one step, in one transaction
KEPT = timedelta(days=30)  # after its end an import can be looked at, and taken back


def step(now: datetime) -> bool:
    """Some lines of one file, for the loop. False: none waits."""
    busy = PeopleImport.everywhere.filter(state__in=imported.GOES_ON).select_related("workspace").order_by("pk").first()
    if busy is not None:
        return imported.work(busy, AT_ONCE)
    old = PeopleImport.everywhere.filter(ended__lt=now - KEPT).order_by("ended").first()
    return bool(old and old.delete())
