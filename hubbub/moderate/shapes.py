"""What the room's calls answer with."""

from datetime import date, datetime

from ninja import Schema

from hubbub.store.models import Audit, Rule, Verdict
from hubbub.store.search import Found
from hubbub.ui.api import RowId

from .actions import Decided, Many
from .queries import Card
from .rules_queries import Listed


class VerdictOut(Schema):
    """What a rule said."""

    rule: str
    state: str
    outcome: str
    because: str
    unchecked: bool
    spans: list[tuple[str, int, int]]

    @classmethod
    def of(cls, row: Verdict) -> "VerdictOut":
        """From the row."""
        return cls(
            rule=row.rule_name,
            state=row.state,
            outcome=row.outcome,
            because=row.because,
            unchecked=row.unchecked,
            spans=row.spans,
        )


class CardOut(Schema):
    """A post that waits, with what is needed to decide."""

    id: int
    source: str
    author: str | None
    title: str
    text: str
    url: str
    published: datetime
    state: str
    decision: str
    in_answer_to: str | None
    author_posts: str  # counted up to "999+"
    author_removed: str
    verdicts: list[VerdictOut]

    @classmethod
    def of(cls, card: Card) -> "CardOut":
        """From what the page shows."""
        post = card.post
        return cls(
            id=post.pk,
            source=str(post.source),
            author=str(post.author) if post.author else None,
            title=post.title,
            text=post.text,
            url=post.url,
            published=post.published,
            state=post.state,
            decision=post.decision,
            in_answer_to=card.parent.text if card.parent else None,
            author_posts=card.posts,
            author_removed=card.removed,
            verdicts=[VerdictOut.of(one) for one in card.verdicts],
        )


class DecisionIn(Schema):
    """approved, hidden or removed; the last two need a reason: words, or the slug of a policy."""

    decision: str
    why: str = ""
    policy: str = ""
    was: str | None = None  # refuse if the decision is not this one any more


class DecisionsIn(DecisionIn):
    """The same for many posts, at most 200."""

    posts: list[RowId]


class EntryIn(Schema):
    """The entry of the log to take back."""

    entry: RowId


class DecidedOut(Schema):
    """What became of it."""

    post: int
    decision: str
    state: str
    entry: int  # in the log; to take it back
    outbox: int | None  # what the network is asked for
    only_here: bool  # the network cannot be told

    @classmethod
    def of(cls, done: Decided) -> "DecidedOut":
        """From the action's answer."""
        return cls(
            post=done.post.pk,
            decision=done.post.decision,
            state=done.post.state,
            entry=done.act.pk,
            outbox=done.sent.pk if done.sent else None,
            only_here=done.only_here,
        )


class DecidedManyOut(Schema):
    """What became of each; `refused` says of the others, in words, why they were left alone."""

    decided: list[DecidedOut]
    refused: list[str]

    @classmethod
    def of(cls, many: Many) -> "DecidedManyOut":
        """From the action's answer."""
        return cls(decided=[DecidedOut.of(done) for done in many.decided], refused=list(many.refused))


class RuleBase(Schema):
    """As in rules.toml."""

    name: str
    when: str
    because: str
    then: str = "queue"
    state: str = "draft"
    policy: str = ""
    label: str = ""
    lasts: int | None = None  # hours, of a mute or ban
    sources: list[str] = []  # names of sources or kinds of networks; none: everywhere
    languages: list[str] = []  # codes; none: any
    expires: date | None = None  # the last day, in UTC


class RuleIn(RuleBase):
    """The same, with the reason for the log."""

    why: str = ""


class RuleChange(Schema):
    """What is to change; the rest stays. `position` moves the rule to that place (from 0)."""

    name: str | None = None
    when: str | None = None
    because: str | None = None
    then: str | None = None
    state: str | None = None
    policy: str | None = None
    label: str | None = None
    lasts: int | None = None
    sources: list[str] | None = None
    languages: list[str] | None = None
    expires: date | None = None
    why: str | None = None
    version: int | None = None  # refuse if it is not this one any more
    position: int | None = None


class RuleOut(RuleBase):
    """A rule; they are tried in the order of `position`."""

    id: int
    version: int
    position: int

    @classmethod
    def of(cls, rule: Rule) -> "RuleOut":
        """From the row."""
        return cls(
            id=rule.pk,
            version=rule.version,
            position=rule.position,
            name=rule.name,
            when=rule.when,
            because=rule.because,
            then=rule.then,
            state=rule.state,
            policy=rule.policy,
            label=rule.label,
            lasts=rule.lasts,
            sources=rule.sources,
            languages=rule.languages,
            expires=rule.expires,
        )


class ListedRuleOut(RuleOut):
    """A rule and how often it held in the last seven days, counted up to "999+"."""

    hits_7_days: str
    unchecked_7_days: str  # how often it could not be checked

    @classmethod
    def of_listed(cls, listed: Listed) -> "ListedRuleOut":
        """From what the page shows."""
        rule = RuleOut.of(listed.rule).dict()
        return cls(**rule, hits_7_days=listed.hits, unchecked_7_days=listed.unchecked)


class HitOut(VerdictOut):
    """A post that a rule held for."""

    at: datetime
    post: int
    source: str
    author: str | None
    title: str
    text: str
    url: str
    published: datetime

    @classmethod
    def of_hit(cls, row: Verdict) -> "HitOut":
        """Needs the post with its source and author loaded."""
        post = row.post
        return cls(
            **VerdictOut.of(row).dict(),
            at=row.at,
            post=post.pk,
            source=str(post.source),
            author=str(post.author) if post.author else None,
            title=post.title,
            text=post.text,
            url=post.url,
            published=post.published,
        )


class HitsOut(Schema):
    """A page, newest first; `before` asks for the next one, null at the end."""

    items: list[HitOut]
    before: str | None


class ConditionIn(Schema):
    """A rule's condition, not saved yet."""

    when: str


class CaughtOut(Schema):
    """A post that a condition holds for."""

    post: int
    title: str
    text: str
    published: datetime
    spans: list[tuple[str, int, int]]


class RuleTriedOut(Schema):
    """The newest posts that a condition would have held for, at most ten, among the `looked_at` newest."""

    items: list[CaughtOut]
    looked_at: int

    @classmethod
    def of(cls, found: Found) -> "RuleTriedOut":
        """From the search."""
        return cls(
            items=[
                CaughtOut(
                    post=post.pk,
                    title=post.title,
                    text=post.text,
                    published=post.published,
                    spans=[(span.field, span.start, span.end) for span in found.spans.get(post.pk, ())],
                )
                for post in found.posts
            ],
            looked_at=found.looked_at,
        )


class ImportedOut(Schema):
    """What became of the rules of a file."""

    made: int
    changed: int
    unchanged: int


class EntryOut(Schema):
    """One entry of the log."""

    id: int
    at: datetime
    by: str
    by_kind: str
    verb: str
    noun: str
    noun_id: int
    noun_name: str
    why: str
    before: dict[str, str | int | float | bool | None]
    after: dict[str, str | int | float | bool | None]

    @classmethod
    def of(cls, row: Audit) -> "EntryOut":
        """From the row."""
        return cls(
            id=row.pk,
            at=row.at,
            by=row.by_name,
            by_kind=row.by_kind,
            verb=row.verb,
            noun=row.noun,
            noun_id=row.noun_id,
            noun_name=row.noun_name,
            why=row.why,
            before=row.before,
            after=row.after,
        )


class LogOut(Schema):
    """A page, newest first; `before` asks for the next one, null at the end."""

    items: list[EntryOut]
    before: str | None


class PostRecordOut(Schema):
    """A post with what is needed to decide about it, and what was done with it, newest first (at most 50)."""

    post: CardOut
    history: list[EntryOut]
