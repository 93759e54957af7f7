"""A workspace's policies: made when first asked for, found by the words in which rules and people name them."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from hubbub.core.policies import STARTER, Guideline, slug_of

from .audit import audit
from .models import POLICY_FIELDS, Actor, Member, Policy, PolicyVersion, System, Workspace

STARTED = System("Hubbub")


def policies(workspace: Workspace) -> list[Policy]:
    """All of them, in their order, those that were retired among them; the starter set where there were none yet."""
    found = list(Policy.of(workspace))
    return found or _start(workspace)


@transaction.atomic
def _start(workspace: Workspace) -> list[Policy]:
    # two may be the first at once: one waits for the other here, and then finds what it made
    Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).exists()
    found = list(Policy.of(workspace))
    if not found:
        for number, given in enumerate(STARTER, start=1):
            add(workspace, given, number, by=STARTED, why="The set that every workspace starts with")
        found = list(Policy.of(workspace))
    return found


def add(workspace: Workspace, given: Guideline, number: int, *, by: Actor, why: str = "") -> Policy:
    """A new policy with its first version and its audit row. Call it in a transaction."""
    fields = {name: getattr(given, name) for name in POLICY_FIELDS}
    policy = Policy.everywhere.create(workspace=workspace, slug=given.slug, number=number, **fields)
    keep_version(policy, by=by, why=why)
    audit(policy, "make", by=by, why=why, after={"slug": given.slug, "name": given.name, "version": 1})
    return policy


def keep_version(policy: Policy, *, by: Actor, why: str = "") -> PolicyVersion:
    """Keep the policy as it stands now as the version that it says it is."""
    return PolicyVersion.everywhere.create(
        workspace_id=policy.workspace_id,
        policy=policy,
        version=policy.version,
        by=by if isinstance(by, Member) else None,
        by_name=str(by)[:200],
        why=why,
        at=timezone.now(),
        **{name: getattr(policy, name) for name in POLICY_FIELDS},
    )


def by_slug(workspace: Workspace) -> Mapping[str, Policy]:
    """Slug → policy."""
    return {policy.slug: policy for policy in policies(workspace)}


def named(workspace: Workspace, words: str) -> Policy | None:
    """The policy that these words name, by its slug or its name, however they are spelled; None: they name none."""
    slug = slug_of(words)
    if not slug:
        return None
    known = list(Policy.of(workspace))
    if not known and any(slug in (one.slug, slug_of(one.name)) for one in STARTER):
        known = policies(workspace)
    return named_in(known, words)


def named_in(known: Iterable[Policy], words: str) -> Policy | None:
    """The same among policies that are at hand."""
    slug = slug_of(words)
    return next((one for one in known if slug and slug in (one.slug, slug_of(one.name))), None)
