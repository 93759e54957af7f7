"""Rules on posts that are stored already: what they would have done, before they do anything.

A replay is begun, goes on by steps that may be put aside in between (`msgspec.msgpack.encode(replay)`), and can be told
about at any time (`hubbub.core.replay.result`). It runs the very stages that posts run through as they come in, on what
is stored: the judgement that stands now, the history of each author as of each post, the decisions that stood when the
post was read, and where nothing was decided by then, what the replayed rules themselves decide.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db.models import QuerySet
from msgspec import structs

from hubbub.core import query as language
from hubbub.core import replay as counting
from hubbub.core.plan import Plan, RulePlan, TopicPlan
from hubbub.core.post import Place
from hubbub.core.query.lists import WordList
from hubbub.core.replay import Looked, Replay
from hubbub.core.rules import Patience
from hubbub.core.stages import Outcome, Ready, Work, decided, match
from hubbub.core.standing import TAKES_AWAY, WINDOW, Record
from hubbub.core.text.judgement import Judgement
from hubbub.store import candidates, standing, word_lists
from hubbub.store.bulk import numbered
from hubbub.store.candidates import Row
from hubbub.store.models import Audit, Decision, Post, Source, Topic, Workspace

from .inline import clock

DAYS = 30
MOST = 100_000  # posts; of more a sample is drawn
BATCH = 1_000
REMEMBERED = 300_000  # posts of people's histories that are kept at hand

# what people decide, as the log has it → whether the post is taken away
DECIDED: Mapping[str, bool] = {"approve": False, "hide": True, "remove": True}
_STANDS = {Decision.APPROVED: False, Decision.HIDDEN: True, Decision.REMOVED: True}


def begin(
    workspace: Workspace, rules: Sequence[RulePlan], *, now: datetime, days: int = DAYS, most: int = MOST
) -> Replay:
    """A replay of these rules, each as if it were live, over the posts by others of the last `days`. The rules' ids
    tell them apart; nothing is written."""
    since = now - timedelta(days=days)
    total = Post.of(workspace).filter(published__gte=since, published__lt=now, ours=False).count()
    live = [structs.replace(rule, state="live", expires=None) for rule in rules]
    return counting.begun(live, since, now, total, most)


class Replaying:
    """The hands of one replay: what is read for it, kept from step to step."""

    def __init__(
        self,
        workspace: Workspace,
        replay: Replay,
        lists: Sequence[WordList] | None = None,
        tell: Callable[[Looked, Outcome], None] | None = None,
    ) -> None:
        """`lists`: the word lists that the rules may name; None: the workspace's. `tell` hears of every post."""
        self.replay = replay
        self._tell = tell
        self._workspace = workspace
        topics = Topic.of(workspace).filter(active=True).order_by("pk")
        self._ready = Ready(
            Plan(
                topics=tuple(TopicPlan(topic.pk, topic.name, topic.query) for topic in topics),
                rules=replay.rules,
                lists=word_lists.of(workspace) if lists is None else tuple(lists),
            )
        )
        self._asked = self._ready.rules.history
        self._places: dict[int, Place] = {}
        self._records: dict[int, Record] = {}
        self._remembered = 0
        self._ids = self._following()

    def step(self, posts: int = BATCH) -> bool:
        """Look at so many posts more. False: it is at its end."""
        replay = self.replay
        if replay.done:
            return False
        ids = list(islice(self._ids, posts))
        rows = candidates.named(candidates.rows(ids))
        if rows:
            self._look(rows)
            replay.after = (rows[-1].published, rows[-1].id)
        if len(ids) < posts:
            replay.done = True
        return not replay.done

    def _following(self) -> Iterator[int]:
        """The ids of the posts that are still to be looked at, in the order of time."""
        replay = self.replay
        posts = Post.of(self._workspace).filter(ours=False, published__gte=replay.since, published__lt=replay.until)
        ordered = posts.order_by("published", "id").values_list("published", "pk")
        after = replay.after
        while True:
            page = ordered if after is None else ordered.filter(published__gte=after[0])
            found = list(page[: 20 * BATCH + _same_moment(posts, after)])
            fresh = [pair for pair in found if after is None or pair > after]
            if not fresh:
                return
            yield from (pk for _, pk in fresh if counting.drawn(replay, pk))
            after = fresh[-1]

    def _look(self, rows: Sequence[Row]) -> None:
        work = self._work(rows)
        history = self._history(rows) if self._asked else []
        undone = _undone(self._workspace, [row.id for row in rows])
        for row, record in zip(rows, history, strict=False):
            if row.id in undone and (past := record.at(row.published, row.id)):
                past.undone = undone[row.id]
        outcomes = decided(work, history, Patience(clock))
        human = decided_by_people(self._workspace, rows)
        taken = [row.id for row, outcome in zip(rows, outcomes, strict=True) if _takes_away(outcome)]
        self.replay.taken_away.update((post, undone.get(post)) for post in taken)
        for row, outcome in zip(rows, outcomes, strict=True):
            looked = Looked(row.id, row.published.astimezone(UTC).date(), row.source, row.person, human.get(row.id))
            counting.count(self.replay, looked, outcome.verdicts, _decision(outcome))
            if self._tell:
                self._tell(looked, outcome)

    def _work(self, rows: Sequence[Row]) -> Work:
        unknown = {row.source for row in rows} - self._places.keys()
        self._places.update((pk, source.place) for pk, source in Source.everywhere.in_bulk(unknown).items())
        posts = [candidates.shape(row) for row in rows]
        work = Work(ready=self._ready, place=Place(), now=self.replay.until, posts=posts)
        work.readings = [
            language.read(post, self._places[row.source], read_at=row.taken)
            for post, row in zip(posts, rows, strict=True)
        ]
        if "topic" in self._ready.rules.asked:
            match(work)
        else:
            work.caught = [()] * len(rows)
        work.judgements = [_judgement(row) for row in rows]
        work.orders = [row.id for row in rows]
        return work

    def _history(self, rows: Sequence[Row]) -> list[Record]:
        """The records of the people, each read once for the whole time of the replay."""
        people = {row.person for row in rows if row.person is not None}
        if self._remembered > REMEMBERED:
            self._records = {person: record for person, record in self._records.items() if person in people}
            self._remembered = sum(len(record.posts) for record in self._records.values())
        strangers = people - self._records.keys()
        if strangers:
            since = self.replay.since - WINDOW
            found = standing.of_people(self._workspace.pk, strangers, since, self.replay.until, self._asked)
            for record in found.values():
                self._remembered += len(record.posts)
                for past in record.posts:
                    if past.order in self.replay.taken_away:
                        record.rule(past, self.replay.taken_away[past.order])
            self._records.update(found)
        return [Record() if row.person is None else self._records[row.person] for row in rows]


def _same_moment(posts: QuerySet[Post], after: tuple[datetime, int] | None) -> int:
    """How many posts may have to be passed over: those of the very moment at which the last page ended."""
    return 0 if after is None else posts.filter(published=after[0]).count()


def _judgement(row: Row) -> Judgement:
    return Judgement(sentiment=row.sentiment, intent=row.intent, toxicity=row.toxicity, spam=row.spam)


def _decision(outcome: Outcome) -> str:
    return outcome.decided.outcome if outcome.decided else "approve"


def _takes_away(outcome: Outcome) -> bool:
    return outcome.decided is not None and outcome.decided.outcome in TAKES_AWAY


def _undone(workspace: Workspace, posts: Collection[int]) -> dict[int, datetime]:
    """Of these posts, when what rules decided was first taken back."""
    acts = Audit.of(workspace).filter(noun="post", noun_id__in=numbered(sorted(posts)), verb__startswith="undo")
    return dict(acts.order_by("-pk").values_list("noun_id", "at")) if posts else {}


def decided_by_people(workspace: Workspace, rows: Collection[Row]) -> dict[int, bool]:
    """Of those posts about which a person's decision stands: whether it took them away."""
    standing_now = {row.id: _STANDS[Decision(row.decision)] for row in rows if row.decision in _STANDS}
    if not standing_now:
        return {}
    acts = Audit.of(workspace).filter(noun="post", noun_id__in=numbered(sorted(standing_now)), verb__in=DECIDED)
    last: dict[int, tuple[str, str]] = {}
    for post, by_kind, verb in acts.order_by("pk").values_list("noun_id", "by_kind", "verb"):
        last[post] = (by_kind, verb)
    return {
        post: standing_now[post]
        for post, (by_kind, verb) in last.items()
        if by_kind == "member" and DECIDED[verb] is standing_now[post]
    }
