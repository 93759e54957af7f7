"""Writing policies: made, changed, taken from a file. Each change keeps a version; what rested on one still does."""

from collections.abc import Sequence

from django.db import transaction

from hubbub.core.policies import Guideline, amiss, tidy
from hubbub.store import policies, queue
from hubbub.store.audit import Plain, audit, changes
from hubbub.store.models import POLICY_FIELDS, Actor, Moderation, Policy, Workspace
from hubbub.store.queue.ranking import settings_of
from hubbub.ui.api import Refusal

MOST_IN_LOG = 500  # characters of a text that an audit row keeps; the versions keep all
INTRO_MOST = 4_000


def guideline_of(policy: Policy) -> Guideline:
    """The policy as it is."""
    return Guideline(slug=policy.slug, **{name: getattr(policy, name) for name in POLICY_FIELDS})


def checked(given: Guideline) -> Guideline:
    """Without loose spaces. Raises Refusal."""
    neat = tidy(given)
    if wrong := amiss(neat):
        raise Refusal(wrong)
    return neat


@transaction.atomic
def make(workspace: Workspace, given: Guideline, *, by: Actor, why: str = "") -> Policy:
    """A new one, the last of all. Raises Refusal."""
    neat = checked(given)
    known = policies.policies(workspace)
    _hold(workspace)
    if any(one.slug == neat.slug for one in known):
        raise Refusal(f"There is a policy that is named “{neat.slug}” already")
    policy = policies.add(workspace, neat, max((one.number for one in known), default=0) + 1, by=by, why=why)
    workspace.plan_changed()
    return policy


@transaction.atomic
def change(policy: Policy, given: Guideline, *, by: Actor, version: int | None = None, why: str = "") -> Policy:
    """Change it; that makes a new version. `version`: the one that was shown; where it is another now, Refusal."""
    neat = checked(given)
    _hold(policy.workspace)
    row = Policy.of(policy.workspace).select_related("workspace").select_for_update(of=("self",)).get(pk=policy.pk)
    if version is not None and row.version != version:
        raise Refusal("Somebody changed this policy while you were writing: look at it, then make your change again")
    if neat.slug != row.slug:
        raise Refusal(f"What names a policy never changes: rules and the log say “{row.slug}”")
    severity = row.severity
    before, after = changes(row, **{name: getattr(neat, name) for name in POLICY_FIELDS})
    if not after:
        return row
    row.version += 1
    row.save()
    policies.keep_version(row, by=by, why=why)
    audit(row, "change", by=by, why=why, before=_short(before), after={**_short(after), "version": row.version})
    row.workspace.plan_changed()  # what rules say from now on rests on this version
    if row.severity != severity:
        queue.again_of_policy(row)
    return row


@transaction.atomic
def take_all(workspace: Workspace, given: Sequence[Guideline], *, by: Actor, why: str = "") -> tuple[int, int]:
    """Policies of a file, made or changed by their slugs, all or none; others stay. How many were made and changed."""
    made = changed = 0
    known = dict(policies.by_slug(workspace))
    for one in given:
        if one.slug not in known:
            known[one.slug] = make(workspace, one, by=by, why=why)
            made += 1
        else:
            changed += change(known[one.slug], one, by=by, why=why).version != known[one.slug].version
    return made, changed


@transaction.atomic
def publish(workspace: Workspace, public: bool, intro: str, *, by: Actor, why: str = "") -> Moderation:
    """Whether the guidelines can be read without signing in, and what stands above them."""
    words = intro.strip().replace("\r\n", "\n")
    if len(words) > INTRO_MOST:
        raise Refusal(f"The introduction has {len(words):,} characters; {INTRO_MOST:,} is the most")
    row = settings_of(workspace)
    before, after = changes(row, guidelines_public=public, guidelines_intro=words)
    if after:
        row.save(update_fields=list(after))
        audit(row, "change", by=by, why=why, before=_short(before), after=_short(after))
    return row


def _hold(workspace: Workspace) -> None:
    Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).exists()


def _short(fields: dict[str, Plain]) -> dict[str, Plain]:
    return {name: value[:MOST_IN_LOG] if isinstance(value, str) else value for name, value in fields.items()}
