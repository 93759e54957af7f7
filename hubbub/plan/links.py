"""Where a number leads: the page that lists what it counts."""

from urllib.parse import urlencode

from django.urls import reverse

from hubbub.core.kpi import REACH
from hubbub.store.models import Kpi, Workspace

# measure → (page, what to ask it for besides the topic)
BEHIND: dict[str, tuple[str, str]] = {
    "mentions": ("listen:stream", "age:<{days}d"),
    "people": ("listen:stream", "age:<{days}d"),
    "influential_people": ("listen:stream", "age:<{days}d followers:>={reach}"),
    "share_of_voice": ("measure:mentions", ""),
    "conversations": ("engage:inbox", ""),
    "answered_share": ("engage:inbox", ""),
    "first_answer_hours": ("engage:inbox", ""),
    "conversations_done": ("engage:inbox", ""),
    "replies_sent": ("engage:outbox", ""),
    "removed_share": ("listen:stream", "age:<{days}d decision:(hidden OR removed)"),
    "mean_rating": ("listen:stream", "age:<{days}d type:review rating:>=0"),
    "new_authors": ("listen:stream", "age:<{days}d"),
    "returning_authors": ("listen:stream", "age:<{days}d"),
}


def behind(workspace: Workspace, kpi: Kpi) -> str:
    """The address of the posts, conversations or replies that the KPI counts."""
    page, asks = BEHIND[kpi.measure]
    given: list[tuple[str, object]] = [("topic", kpi.topic_id)] if kpi.topic_id and page == "listen:stream" else []
    if asks:
        given.append(("q", asks.format(days=kpi.days, reach=REACH)))
    if page == "listen:stream" and not kpi.topic_id:
        given.append(("all", 1))
    query = f"?{urlencode(given)}" if given else ""
    return reverse(page, args=[workspace.slug]) + query
