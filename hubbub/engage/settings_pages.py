"""The pages on which the room is set up, as the index of its settings lists them. Each part adds its own line."""

from hubbub.store.models import Role

# (URL name, title, what is set there, least role that may open it)
SETTINGS: tuple[tuple[str, str, str, Role], ...] = (
    ("engage:promises", "Promises", "How soon people get a reply, and what happens when that is missed", Role.VIEWER),
    ("engage:hours", "Hours and holidays", "When somebody is there, and the workspace's time zone", Role.VIEWER),
    ("engage:promises_kept", "Promises kept", "How well promises are kept, week by week", Role.VIEWER),
    ("engage:opening", "What opens conversations", "Which posts come into the inbox, as a query", Role.VIEWER),
    ("engage:teams", "Teams", "Who looks after conversations together", Role.VIEWER),
    ("engage:tags", "Tags", "All tags: renamed, merged, deleted", Role.VIEWER),
    ("engage:link_tags", "Tags on links", "Which links of planned posts get which UTM tags", Role.MANAGER),
    ("engage:calendar_queue", "Posting times", "When each source is posted to, and what waits", Role.VIEWER),
    ("engage:calendar_feeds", "In your own calendar", "Secret addresses for calendar programs", Role.VIEWER),
    ("engage:inbox_order", "Order of the inbox", "What counts how much in the order by priority", Role.VIEWER),
    ("engage:views", "Views", "Lists of conversations under a name", Role.VIEWER),
    ("engage:replying", "Replying", "How long replies can be called back, when people are awake", Role.VIEWER),
    ("engage:approving", "Approval", "Whose words wait until a colleague has approved them", Role.VIEWER),
    ("engage:saved_replies", "Saved replies", "Words that you use again and again", Role.VIEWER),
    ("engage:articles", "Helpful information", "What people ask, and the answer", Role.VIEWER),
    ("engage:sketching", "Help with drafts", "Whether a language model may write drafts", Role.VIEWER),
    ("engage:people_settings", "People", "Fields, what they can agree to, what is merged by itself", Role.VIEWER),
    ("engage:relation_settings", "Relationships", "Stages, levels, weights, when something is suggested", Role.VIEWER),
    ("engage:scouting", "What fits", "Which conversations about your field are offered as opportunities", Role.VIEWER),
    ("engage:places", "House rules of places", "What places that are not yours allow", Role.VIEWER),
)
