"""A batch with its deeds, one undoing, a sanction, a redaction and a stopped rule, for `tests.furnished`."""

from django.db import transaction

from hubbub.store import deeds
from hubbub.store.audit import audit
from hubbub.store.models import Batch, Breaker, Deed, Fate, Member, Post, Redaction, Rule, Sanction, Undoing
from tests.world import NOON


def furnish_deeds(post: Post, admin: Member, rule: Rule, own: str) -> dict[str, int]:
    """By noun which row an address may name. `own`: a word of this workspace alone."""
    workspace = post.workspace
    batch = Batch.everywhere.create(
        workspace=workspace, kind="rule", name=f"“{rule}” on 1 November {own}", rule=rule, rule_version=1,
        day=NOON.date(), by_name=str(rule), why=f"Speaks of pills {own}", at=NOON,
    )  # fmt: skip
    undoing = Undoing.everywhere.create(
        workspace=workspace, name=f"All that {own} did", by_member=admin, by_name=f"{admin} {own}", why="A mistake",
        at=NOON, total=3, undone=1, left=1,
    )  # fmt: skip
    sanction = Sanction.everywhere.create(
        workspace=workspace, author=post.author, source=post.source, post=post, verb="ban", why=f"Sells pills {own}",
        by_member=admin, by_name=str(admin), at=NOON, state="done",
    )  # fmt: skip
    redaction = Redaction.everywhere.create(
        workspace=workspace, post=post, original=f"{post.text} call 555 {own}", text=post.text, by_member=admin,
        by_name=str(admin), why=f"A number {own}", at=NOON,
    )  # fmt: skip
    Breaker.everywhere.create(
        workspace=workspace, rule=rule, stopped=NOON, stopped_why=f"it acted 500 times in an hour {own}"
    )
    with transaction.atomic():
        entry = audit(post, "remove", by=rule, why="pills", before={"state": "visible"}, after={"state": "removed"})
    deeds.save([deeds.deed(batch, entry, verb="remove", post=post)])
    Deed.of(workspace).update(fate=Fate.LEFT, told=f"Somebody decided since {own}", undoing=undoing)
    return {"undoing": undoing.pk, "sanction": sanction.pk, "redaction": redaction.pk, "batch": batch.pk}
