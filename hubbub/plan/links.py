"""Where a number leads: the page that lists what it counts."""

from urllib.parse import urlencode

from django.urls import reverse

from hubbub.core.kpi import REACH, Window
from hubbub.core.relations import STANDING
from hubbub.store.models import Kpi, Workspace

STREAM = "listen:stream"

# measure → (page, what to ask it for besides the topic and the window)
BEHIND: dict[str, tuple[str, dict[str, str]]] = {
    "mentions": (STREAM, {}),
    "people": (STREAM, {}),
    "influential_people": (STREAM, {"q": f"followers:>={REACH}"}),
    "share_of_voice": ("measure:mentions", {}),
    "conversations": ("engage:inbox", {"tab": "all"}),
    "answered_share": ("engage:inbox", {"tab": "all"}),
    "first_answer_hours": ("engage:inbox", {"tab": "all"}),
    "replies_in_time": ("engage:promises_kept", {"kind": "first"}),
    "conversations_done": ("engage:inbox", {"tab": "done"}),
    "replies_sent": ("engage:outbox", {"state": "sent"}),
    "removed_share": (STREAM, {"q": "decision:(hidden OR removed)"}),
    "mean_rating": (STREAM, {"q": "type:review rating:>=0"}),
    "new_authors": (STREAM, {}),
    "returning_authors": (STREAM, {}),
    "complaints": (STREAM, {"q": "intent:complaint"}),
    "negative_share": (STREAM, {"q": "sentiment:negative"}),
    "net_sentiment": (STREAM, {"q": "sentiment:(negative OR positive)"}),
    **{f"{kind}s": ("engage:relations", {"view": "list", "kind": kind, "active": "1"}) for kind in STANDING},
}


def behind(workspace: Workspace, kpi: Kpi, window: Window) -> str:
    """The address of the posts, conversations or replies that the KPI counts in the window."""
    page, asks = BEHIND[kpi.measure]
    given: dict[str, object] = dict(asks)
    if page == STREAM:
        given |= {"since": f"{window.start:%Y-%m-%dT%H}"} | ({"topic": kpi.topic_id} if kpi.topic_id else {"all": 1})
    elif page == "measure:mentions":
        given |= {"from": window.start.date(), "to": window.days()[-1]}
    query = f"?{urlencode(given)}" if given else ""
    return reverse(page, args=[workspace.slug]) + query
