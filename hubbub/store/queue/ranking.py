"""How grave a waiting post is and how many it reaches, and so its place in the queue: see `hubbub.core.queue`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from msgspec import convert

from hubbub.core import queue as order
from hubbub.core import reporters as reporting
from hubbub.core.plan import RuleOutcome
from hubbub.store import bulk, reports
from hubbub.store.models import Moderation, Policy, Post, Report, RuleState, Severity, Verdict, Waiting, Workspace

STEP = 500  # posts ranked at once
MOST = 2_000  # of verdicts on one post that are read

Parts = tuple[order.Part, order.Part]  # severity, reach


def settings_of(workspace: Workspace) -> Moderation:
    """How this workspace moderates, made when it is first asked for."""
    found = Moderation.of(workspace).first()
    return found or Moderation.everywhere.get_or_create(workspace=workspace)[0]


def weights_of(workspace: Workspace) -> order.Weights:
    """What it holds for important."""
    found = Moderation.of(workspace).first() or Moderation()
    return order.Weights(found.severity_weight, found.reach_weight, found.doubling_hours)


def parts(workspace: Workspace, posts: Sequence[Post]) -> Mapping[int, Parts]:
    """Post id → severity and reach, each with where it comes from. Six queries at most; posts come with `author`."""
    pks = [post.pk for post in posts]
    said: dict[int, list[order.Suspicion]] = defaultdict(list)
    policies = {policy.slug: policy for policy in Policy.of(workspace)}
    verdicts = Verdict.of(workspace).filter(post__in=pks, state=RuleState.LIVE).order_by("pk")
    for verdict in verdicts.only("post_id", "policy", "outcome", "unchecked", "rule_name")[: MOST * len(pks)]:
        said[verdict.post_id].append(_suspicion(verdict, policies.get(verdict.policy or "")))
    told = reports.open_about(workspace, pks)
    known = reports.reporters(workspace, [one for some in told.values() for one in some]) if told else {}
    found: dict[int, Parts] = {}
    for post in posts:
        against = said[post.pk] + _analysed(post)
        interactions = (post.likes or 0) + (post.replies or 0) + (post.shares or 0)
        followers = post.author.followers if post.author else None
        found[post.pk] = (
            _severity(against, told.get(post.pk, ()), known),
            order.reach(followers=followers, views=post.views, interactions=interactions),
        )
    return found


def _severity(
    against: Sequence[order.Suspicion], told: Sequence[Report], known: Mapping[int, reporting.Reporter]
) -> order.Part:
    if not told:
        return order.severity(against)
    weight = sum(known[one.pk].weight for one in told)
    arranged = bool(reporting.arranged((one.at, known[one.pk]) for one in told))
    return order.severity(against, reports=len(told), weight=weight, arranged=arranged)


def _suspicion(verdict: Verdict, policy: Policy | None) -> order.Suspicion:
    if verdict.unchecked:
        return order.Suspicion(f"“{verdict.rule_name}” could not be checked", 2)
    if policy is not None:
        return order.Suspicion(f"{policy.name}: {Severity(policy.severity).word.lower()}", policy.severity)
    outcome = convert(verdict.outcome, RuleOutcome)
    grade = 3 if outcome in order.HARSH else 2 if outcome in ("queue", "warn") else 1
    return order.Suspicion(f"rule “{verdict.rule_name}”", grade)


def _analysed(post: Post) -> list[order.Suspicion]:
    found = []
    if (post.toxicity or 0) >= order.TOXIC:
        found.append(order.Suspicion(f"toxicity {post.toxicity:.2f}", 3))
    if (post.spam or 0) >= order.TOXIC:
        found.append(order.Suspicion(f"spam {post.spam:.2f}", 2))
    return found


def rank(workspace: Workspace, most: int = STEP) -> int:
    """Work out the places of this workspace's posts that came into the queue since. How many."""
    rows = Waiting.of(workspace).filter(ranked=False)
    if not rows.exists():
        return 0
    with transaction.atomic():
        # whoever changes the weights waits for us, and then finds what we wrote among what is to be weighed anew
        Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).exists()
        # those that somebody decides about in this moment are passed by: who decides about many never waits in a ring
        free = rows.select_for_update(of=("self",), skip_locked=True)
        new = list(free.select_related("post__author").order_by("id")[:most])
        weights = weights_of(workspace)
        found = parts(workspace, [row.post for row in new])
        changed: list[tuple[bulk.Cell, ...]] = []
        for row in new:
            severity, reach = (part.number for part in found[row.post_id])
            changed.append((severity, reach, order.due(row.since, severity, reach, weights), True, row.pk))
        bulk.update(Waiting, ("severity", "reach", "due", "ranked"), changed)
    return len(new)


def rank_some() -> int:
    """A step of the loop: rank a batch of whichever workspace has unranked posts. How many."""
    row = Waiting.everywhere.filter(ranked=False).select_related("workspace").first()
    return rank(row.workspace) if row else 0


def again(workspace: Workspace, posts: Collection[int]) -> None:
    """Rank these posts anew: something that counts has changed, a report came for instance."""
    Waiting.of(workspace).filter(post__in=list(posts)).update(ranked=False)


def again_of_policy(policy: Policy) -> None:
    """Rank anew what waits under this policy: its severity has changed."""
    found = Verdict.of(policy.workspace).filter(post=OuterRef("post"), policy=policy.slug)
    Waiting.of(policy.workspace).filter(Exists(found)).update(ranked=False)


@transaction.atomic
def weigh(workspace: Workspace, weights: order.Weights) -> None:
    """Put all that waits into the order that these weights make: `core.queue.due`, worked out by the database."""
    Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).exists()
    if connection.vendor == "sqlite":
        since = "julianday(since) * 86400.0 - 210866760000.0"
    else:
        since = "extract(epoch FROM since)::double precision"
    table = connection.ops.quote_name(Waiting._meta.db_table)
    with connection.cursor() as cursor:
        places = f"due = {since} - %s * (%s * ln(severity) + %s * ln(reach)) / ln(2.0)"
        cursor.execute(
            " ".join(("UPDATE", str(table), "SET", places, "WHERE workspace_id = %s")),
            [weights.doubling_hours * 3600, weights.severity, weights.reach, workspace.pk],
        )
