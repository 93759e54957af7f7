"""The demo's other half: hours, promises, words that help, people we are in touch with, house rules of a place."""

from datetime import datetime, timedelta

from hubbub.engage.helpful import actions as helpful
from hubbub.engage.opportunities.actions import set_house_rules
from hubbub.engage.promises.actions import PromiseDraft, add_promise
from hubbub.engage.promises.hours_actions import HoursDraft, add_hours
from hubbub.engage.relations import actions as relations
from hubbub.store.models import Person, Source, System, Workspace

WHY = "Made for the demo"
DAY, CLOSED = "09:00-12:30, 13:00-17:00", ""
WEEK = (DAY, DAY, DAY, DAY, DAY, CLOSED, CLOSED)
REPLIES = (
    ("Thanks", "Thank you, {first name}! That made our day."),
    ("Where is my parcel", "We are sorry, {first name}. Your order {order number} is on its way: {tracking link}"),
    ("We are looking into it", "Hello {first name}, thank you for telling us. We are looking into it. — {my name}"),
)
ARTICLES = (
    (
        "Does it work in a moka pot?",
        "Rocket Blend and the decaf do, ground “fine”.",
        "moka",
    ),
    (
        "How long does coffee stay fresh?",
        "Whole beans six weeks after opening, ground ones two.",
        "stale opening old",
    ),
    ("Where do you ship to?", "To all of the EU, Norway, Switzerland and the UK, within five days.", "delivery parcel"),
)
KNOWN = (("Mara Lind", "advocate"), ("Theo Okafor", "influencer"), ("Clara Weiss", "customer"), ("Kim Park", "fan"))


def fill(workspace: Workspace, *, by: System, now: datetime) -> None:
    """Through the same actions as the pages; posts and people stand there already."""
    hours = add_hours(workspace, HoursDraft("Office", "Europe/Berlin", WEEK, standard=True), by=by, why=WHY)
    complaints = PromiseDraft(
        "Complaints within two hours", query="intent:complaint", first_minutes=120, next_minutes=240, hours=hours,
        nudge_percent=75, tell_managers=True,
    )  # fmt: skip
    everybody = PromiseDraft("Everybody within a day", first_minutes=8 * 60, hours=hours, nudge_percent=75)
    for promise in (complaints, everybody):
        add_promise(workspace, promise, by=by, why=WHY)
    for title, words in REPLIES:
        helpful.save_reply(workspace, helpful.ReplyDraft(title, words), by=by, why=WHY)
    for title, words, keywords in ARTICLES:
        draft = helpful.ArticleDraft(title, words, keywords=keywords)
        helpful.save_article(workspace, draft, by=by, why=WHY)
    for name, kind in KNOWN:
        person = Person.of(workspace).filter(name=name).first()
        if person is not None:
            row = relations.begin(person, kind, by=by, why=WHY)
            relations.plan(row, "Say hello", (now + timedelta(days=3)).date(), by=by, why=WHY)
    for source in Source.of(workspace).filter(owned=False)[:1]:
        set_house_rules(source, "answer", "Say that you work for Rocket Coffee. No links to the shop.", by=by, why=WHY)
