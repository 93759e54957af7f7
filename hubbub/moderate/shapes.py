"""What the room's calls answer with."""

from datetime import datetime

from ninja import Schema

from hubbub.store.models import Audit, Rule

from .actions import Decided
from .queries import Card


class VerdictOut(Schema):
    """What a rule said."""

    rule: str
    state: str
    outcome: str
    because: str
    unchecked: bool
    spans: list[tuple[str, int, int]]


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
            verdicts=[
                VerdictOut(
                    rule=one.rule_name,
                    state=one.state,
                    outcome=one.outcome,
                    because=one.because,
                    unchecked=one.unchecked,
                    spans=one.spans,
                )
                for one in card.verdicts
            ],
        )


class QueueOut(Schema):
    """A page, oldest first; `after` asks for the next one, null at the end."""

    items: list[CardOut]
    after: str | None
    looked_at: int


class DecisionIn(Schema):
    """approved, hidden or removed; the last two need a reason."""

    decision: str
    why: str = ""
    was: str | None = None  # refuse if the decision is not this one any more


class UndoIn(Schema):
    """The entry of the log to take back."""

    entry: int


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


class RuleIn(Schema):
    """As in rules.toml."""

    name: str
    when: str
    because: str
    then: str = "queue"
    state: str = "draft"
    policy: str = ""
    label: str = ""


class RuleChange(Schema):
    """What is to change; the rest stays. `position` moves the rule to that place (from 0)."""

    name: str | None = None
    when: str | None = None
    because: str | None = None
    then: str | None = None
    state: str | None = None
    policy: str | None = None
    label: str | None = None
    version: int | None = None  # refuse if it is not this one any more
    position: int | None = None


class RuleOut(RuleIn):
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
        )


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
