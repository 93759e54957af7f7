"""What is set for the calendar: tags on links, and addresses at which other programs read it."""

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from msgspec import Struct

from hubbub.connectors import connectors
from hubbub.core.utm import NAMES, PLACEHOLDERS, placeholders_unknown
from hubbub.store.audit import audit
from hubbub.store.models import CalendarFeed, LinkTags, Member, Workspace
from hubbub.store.models.token import digest
from hubbub.ui.api import Refusal

MOST_RULES = 50
MOST_FEEDS = 10  # of one member


class Tagging(Struct, frozen=True):
    """A rule for tags on links, as a form or a script sends it."""

    name: str
    domains: Sequence[str]
    networks: Sequence[str] = ()
    source: str = ""
    medium: str = ""
    campaign: str = ""
    content: str = ""
    term: str = ""
    on: bool = True


@transaction.atomic
def keep_tags(workspace: Workspace, wish: Tagging, *, by: Member, row: LinkTags | None = None) -> LinkTags:
    """A new rule, or a changed one. Raises Refusal."""
    if not wish.name.strip():
        raise Refusal("Give the rule a name")
    domains = [_domain(one) for one in wish.domains if one.strip()]
    if not domains:
        raise Refusal("Name at least one domain whose links get tags, such as example.org")
    if unknown := set(wish.networks) - set(connectors()):
        raise Refusal(f"{min(unknown)} is no network here")
    templates = {name: getattr(wish, name).strip()[:100] for name in NAMES}
    if not any(templates.values()):
        raise Refusal("Say which tags the links get: at least a source, a medium or a campaign")
    for name, template in templates.items():
        if wrong := placeholders_unknown(template):
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise Refusal(f"utm_{name}: {{{wrong[0]}}} is no placeholder; there are {known}")
    if row is None and LinkTags.of(workspace).count() >= MOST_RULES:
        raise Refusal(f"At most {MOST_RULES} rules are kept")
    kept = row or LinkTags(workspace=workspace)
    kept.name, kept.domains, kept.networks, kept.on = (
        wish.name.strip()[:100],
        "\n".join(domains),
        [*wish.networks],
        wish.on,
    )
    for name, template in templates.items():
        setattr(kept, name, template)
    kept.save()
    audit(kept, "change" if row else "add", by=by, after={"domains": ", ".join(domains), "on": wish.on, **templates})
    return kept


def _domain(text: str) -> str:
    name = text.strip().casefold().removeprefix("https://").removeprefix("http://").split("/")[0].removeprefix("www.")
    if "." not in name.strip(".") or any(char.isspace() for char in name):
        raise Refusal(f"“{text.strip()}” is no domain: write it as example.org")
    return name


@transaction.atomic
def remove_tags(row: LinkTags, *, by: Member, why: str = "") -> None:
    """The rule goes; what has left keeps its tags."""
    audit(row, "remove", by=by, why=why, before={"domains": row.domains})
    row.delete()


@transaction.atomic
def make_feed(member: Member, name: str, *, mine: bool, by: Member) -> tuple[CalendarFeed, str]:
    """A secret address for this member, and the secret, which is shown this once. Raises Refusal."""
    if CalendarFeed.of(member.workspace).filter(member=member, revoked=False).count() >= MOST_FEEDS:
        raise Refusal(f"You have {MOST_FEEDS} addresses already: revoke one that you no longer use")
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.everywhere.create(
        workspace_id=member.workspace_id,
        member=member,
        name=(name.strip() or "My calendar")[:100],
        hashed=digest(secret),
        mine=mine,
        created=timezone.now(),
    )
    audit(feed, "add", by=by, after={"mine": mine})
    return feed, secret


@transaction.atomic
def revoke_feed(feed: CalendarFeed, *, by: Member, why: str = "") -> None:
    """The address opens nothing any more."""
    if not feed.revoked:
        feed.revoked = True
        feed.save(update_fields=["revoked"])
        audit(feed, "revoke", by=by, why=why)
