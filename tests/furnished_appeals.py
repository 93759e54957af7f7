"""A statement of reasons with its notice and an appeal, for `tests.furnished`."""

from django.db import transaction

from hubbub.store.audit import audit
from hubbub.store.models import Appeal, Ground, Member, Notice, Policy, Post, Rule, Statement
from tests.world import NOON


def furnish_appeals(post: Post, member: Member, rule: Rule, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    workspace = post.workspace
    with transaction.atomic():
        entries = [audit(post, "note", by=member, why=f"{number} {own}") for number in range(2)]
    given = {
        "workspace": workspace, "post": post, "author": post.author, "source": post.source, "why": f"Sells {own}",
        "policy": "spam", "policy_version": 1, "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "content": ["text"],
        "published": post.published, "facts": f"The rule “{rule}” held: {own}", "fired": ["pills"],
    }  # fmt: skip
    first = Statement.everywhere.create(
        outcome="remove", entry=entries[0], at=NOON, automated=True, detected=True, rule=rule, by_name=str(rule),
        notice="waits", **given,
    )  # fmt: skip
    second = Statement.everywhere.create(
        outcome="ban", entry=entries[1], at=NOON, by_member=member, by_name=f"Dora {own}", notice="kept", **given
    )
    notice = Notice.everywhere.create(
        workspace=workspace, statement=second, kind="ban", text=f"You were banned {own}", why_kept=f"no way {own}",
        by_member=member, by_name=str(member), at=NOON,
    )  # fmt: skip
    appeal = Appeal.everywhere.create(
        workspace=workspace, statement=second, text=f"It was a play {own}", at=NOON, sender="x"
    )
    policy = Policy.of(workspace).order_by("pk").first()
    if policy is not None:
        Ground.everywhere.create(workspace=workspace, policy=policy, category="STATEMENT_CATEGORY_SCAMS_AND_FRAUD")
    return {"statement": first.pk, "notice": notice.pk, "appeal": appeal.pk}
