"""Taking back what a batch or a rule did: what it would mean, starting it, one step of it, stopping it.

The same rules hold as for one decision (`actions.undo`): what never left us is dropped, what left is reversed, and what
somebody decided since is left as it is. Newest deeds first, so that what was done last to a post is undone first.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from msgspec import Struct

from hubbub.store import answers, capped, deeds, outbox
from hubbub.store.audit import Plain, audit
from hubbub.store.models import (
    STANDING,
    Actor,
    Audit,
    Batch,
    Deed,
    Fate,
    Member,
    Outbox,
    Post,
    Rule,
    System,
    Undoing,
    UndoingState,
    Workspace,
)
from hubbub.ui.api import Refusal

from . import actions, sanctions
from .decisions import DECIDING, VERBS, way
from .effects import is_final

STEP = 25  # deeds in one transaction
AT_ONCE = 50  # so many are taken back while the page waits; more, by the loop
LOOKED_AT = 1_000  # deeds that a preview looks at


class Wish(Struct, frozen=True):
    """What is to be taken back: a batch, or what a rule did since a version or a day (UTC); neither: all it did."""

    batch: Batch | None = None
    rule: Rule | None = None
    version: int | None = None
    day: date | None = None

    @property
    def name(self) -> str:
        """In words."""
        if self.batch is not None:
            return self.batch.name
        since = f" since version {self.version}" if self.version else f" since {self.day:%d %B %Y}" if self.day else ""
        return f"All that “{self.rule}” did{since}"


class Preview(Struct, frozen=True):
    """What taking it back would mean, of its newest deeds."""

    total: str  # how many deeds there are, as shown
    looked_at: int
    networks: Sequence[tuple[str, int]]  # what would be asked of whom
    dropped: int  # never left us: nobody need be asked
    here: int  # changed in Hubbub alone
    kept: Sequence[tuple[str, int]]  # what cannot be taken back, and why

    @property
    def posts(self) -> int:
        """How many would be taken back."""
        return self.dropped + self.here + sum(number for _, number in self.networks)


def deeds_of(workspace: Workspace, wish: Wish) -> QuerySet[Deed]:
    """Those that were not taken back yet."""
    found = Deed.of(workspace).exclude(fate=Fate.UNDONE)
    if wish.batch is not None:
        return found.filter(batch=wish.batch)
    if wish.rule is None:
        return found.none()
    found = found.filter(rule=wish.rule)
    if wish.version:
        found = found.filter(batch__rule_version__gte=wish.version)
    return found.filter(batch__day__gte=wish.day) if wish.day else found


def preview(workspace: Workspace, wish: Wish) -> Preview:
    """Looks only; nothing is changed."""
    rows = deeds_of(workspace, wish).select_related("post__source", "sanction__source", "sent", "entry")
    newest = list(rows.order_by("-pk")[:LOOKED_AT])
    last = _last_acts(workspace, [deed.post_id for deed in newest if deed.post_id])
    asked: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    dropped = here = 0
    for deed in newest:
        if no := _why_kept(deed, last.get(deed.post_id or 0)):
            kept[no] += 1
        elif deed.sent is None:
            here += 1
        elif deed.sent.tries == 0 and deed.sent.state in actions.UNSENT:
            dropped += 1
        else:
            asked[deed.sent.source.name if deed.post is None else deed.post.source.name] += 1
    total = capped.shown(rows.order_by()[: capped.MANY].count())
    return Preview(total, len(newest), asked.most_common(), dropped, here, kept.most_common())


def _last_acts(workspace: Workspace, posts: Sequence[int]) -> dict[int, Audit]:
    acts = Audit.of(workspace).filter(noun="post", noun_id__in=posts, verb__in=DECIDING).order_by("pk")
    return {act.noun_id: act for act in acts}


def _why_kept(deed: Deed, last: Audit | None) -> str:
    if deed.sanction is not None:
        contrary = sanctions.contrary(deed.sanction)
        if deed.sanction.state not in STANDING:
            return "no longer in force"
        return "" if contrary in deed.sanction.source.can else "its network cannot take that back"
    if deed.post is None:
        return "the post is gone"
    if deed.verb not in VERBS.values():
        return "" if deed.verb == "label" else "what was said cannot be taken back"
    if last is None or last.pk != deed.entry_id:
        return "decided, or changed on its network, since"
    if deed.sent is not None and deed.sent.tries and is_final(deed.post.source, deed.sent.verb):
        return "its network has deleted it for good"
    before = str(deed.entry.before.get("state", deed.post.state))
    if deed.sent is not None and deed.sent.tries and way(before, deed.post.source.can, deed.post.state) is None:
        return "its network cannot take that back; it would be taken back in Hubbub alone"
    return ""


@transaction.atomic
def start(workspace: Workspace, wish: Wish, *, by: Actor, why: str) -> Undoing:
    """Begin to take it back. A few are done at once, more by the loop. Raises Refusal."""
    if not why.strip():
        raise Refusal("Say why it is to be taken back: the reason stands in the log")
    # two at once: one waits for the other here, and then finds what it began
    Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).exists()
    under_way = Undoing.of(workspace).filter(state=UndoingState.RUNNING)
    if under_way.filter(deeds__in=deeds_of(workspace, wish)).exists():
        raise Refusal("This is being taken back already")
    undoing = Undoing.everywhere.create(
        workspace=workspace,
        name=wish.name[:200],
        by_member=by if isinstance(by, Member) else None,
        by_name=str(by)[:200],
        why=why.strip(),
        at=timezone.now(),
    )
    # which ones are meant is settled now: what the rule does from here on is not among them
    chosen = deeds_of(workspace, wish)
    undoing.total = chosen.update(undoing=undoing, fate=Fate.NONE, told="")
    if not undoing.total:
        raise Refusal("There is nothing left that could be taken back")
    undoing.save(update_fields=["total"])
    audit(undoing, "start", by=by, why=undoing.why, after={"deeds": undoing.total})
    while undoing.total <= AT_ONCE and undoing.state == UndoingState.RUNNING:
        _work(undoing)
    return undoing


def step() -> bool:
    """One step of one that is under way, for the loop: all of it or nothing. False: none is."""
    with transaction.atomic():
        one = deeds.running()
        if one is not None:
            _work(one)
    return one is not None


def _work(undoing: Undoing) -> None:
    rows = Deed.of(undoing.workspace).filter(undoing=undoing, fate=Fate.NONE).order_by("-pk")
    chunk = list(rows.select_related("entry__workspace", "post", "sanction__workspace", "sent")[:STEP])
    # locked in the order in which all lock them who decide about many, so that nobody waits for the other in a ring
    answers.hold([deed.post_id for deed in chunk if deed.post_id])
    posts = Post.of(undoing.workspace).filter(pk__in=[deed.post_id for deed in chunk if deed.post_id])
    list(posts.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    for deed in chunk:
        try:
            deed.undo_sent, deed.told = _take_back(deed, undoing)
            deed.fate = Fate.UNDONE
        except Refusal as no:
            deed.fate, deed.told = Fate.LEFT, str(no)
        deed.save(update_fields=["fate", "told", "undo_sent"])
        undoing.undone += deed.fate == Fate.UNDONE
        undoing.left += deed.fate == Fate.LEFT
    if len(chunk) < STEP:
        _finish(undoing, UndoingState.DONE, by=_actor(undoing), why="")
    undoing.save(update_fields=["undone", "left"])


def _actor(undoing: Undoing) -> Actor:
    return undoing.by_member or System(undoing.by_name)


def _take_back(deed: Deed, undoing: Undoing) -> tuple[Outbox | None, str]:
    """The row that asks the network for it (None: it need not be asked), and what is to be told of it. Refusal: it
    cannot be taken back."""
    by = _actor(undoing)
    if deed.sanction is not None:
        return sanctions.lift(deed.sanction, by=by, why=undoing.why).ended_sent, ""
    if deed.verb == "label" and deed.post is not None and deed.sent is not None:
        return _unlabel(deed.post, deed.sent, undoing), ""
    done = actions.undo(deed.entry, by=by, why=undoing.why)
    only = f"Taken back in Hubbub alone: with its settings {done.post.source} cannot be asked to show it as before"
    return done.sent, only if done.only_here else ""


def _unlabel(post: Post, sent: Outbox, undoing: Undoing) -> Outbox | None:
    if sanctions.drop_unsent(sent):
        return None
    if "unlabel" not in post.source.can:
        raise Refusal(f"{post.source} cannot take a label away")
    return outbox.put(post, "unlabel", by=_actor(undoing), why=undoing.why, label=sent.label)


@transaction.atomic
def stop(undoing: Undoing, *, by: Actor, why: str = "") -> Undoing:
    """Leave the rest as it is. It can be started anew."""
    row = Undoing.of(undoing.workspace).select_for_update(of=("self",)).get(pk=undoing.pk)
    if row.state != UndoingState.RUNNING:
        raise Refusal("It has ended already")
    _finish(row, UndoingState.STOPPED, by=by, why=why)
    return row


def _finish(undoing: Undoing, state: UndoingState, *, by: Actor, why: str) -> None:
    undoing.state, undoing.ended = state, timezone.now()
    undoing.save(update_fields=["state", "ended"])
    after: dict[str, Plain] = {"state": state, "undone": undoing.undone, "left": undoing.left}
    audit(undoing, "stop" if state == UndoingState.STOPPED else "finish", by=by, why=why, after=after)
