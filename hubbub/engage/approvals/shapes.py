"""What the calls about approvals take and answer with."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from hubbub.store.approvals import fingerprint
from hubbub.store.models import Approval, Approving
from hubbub.ui.api import RowId


class VoteOut(Schema):
    """What one approver said; it stands no longer where the words were changed since."""

    by: str
    yes: bool
    why: str
    at: datetime
    stands: bool


class ApprovalOut(Schema):
    """One text that waits for approval, or waited."""

    id: int
    noun: str  # "outbox", or what a planned post is called
    noun_id: int
    says: str
    text: str  # as it was asked for
    edited: str  # as an approver changed it; "" where nobody did
    read: str  # the same as long as the words are
    state: str
    how_many: str
    approvers: list[str]  # e-mail addresses
    asked_by: str
    at: datetime
    ended: datetime | None
    why: str
    votes: list[VoteOut]

    @classmethod
    def of(cls, row: Approval) -> "ApprovalOut":
        """From the row."""
        votes = [
            VoteOut(by=vote.by_name, yes=vote.yes, why=vote.why, at=vote.at, stands=vote.stands)
            for vote in row.votes.order_by("pk")
        ]
        return cls(
            id=row.pk,
            noun=row.noun,
            noun_id=row.noun_id,
            says=row.says,
            text=row.text,
            edited=row.edited,
            read=fingerprint(row),
            state=row.state,
            how_many=row.how_many,
            approvers=[one.user.email for one in row.approvers.select_related("user")],
            asked_by=row.asked_name,
            at=row.at,
            ended=row.ended,
            why=row.why,
            votes=votes,
        )


class ApprovalsOut(Schema):
    """A page; `before` asks for the next one, null at the end."""

    items: list[ApprovalOut]
    before: str | None


class VoteIn(Schema):
    """Yes, perhaps in other words (`text`), or no and why."""

    yes: bool
    why: str = ""
    text: str | None = None
    read: str = ""  # `read` of the approval that the approver had before them: other words since are refused
    seen: RowId | None = None  # the newest post of the conversation that the approver had before them


class ApprovingIn(Schema):
    """Whose words (a member's e-mail address; null: everybody's, up to a role), where, need whose approval."""

    member: str | None = None
    up_to: Literal["", "viewer", "responder", "moderator", "manager", "admin"] = ""
    source: str | None = None  # its name; null: everywhere
    replies: bool = True
    planned: bool = False
    how_many: Literal["any", "all"] = "any"
    approvers: list[str] = []  # e-mail addresses
    team: str | None = None  # its name
    why: str = ""


class ApprovingOut(Schema):
    """A rule."""

    id: int
    member: str | None
    up_to: str
    source: str | None
    replies: bool
    planned: bool
    how_many: str
    approvers: list[str]
    team: str | None

    @classmethod
    def of(cls, row: Approving) -> "ApprovingOut":
        """From the row."""
        return cls(
            id=row.pk,
            member=row.member.user.email if row.member else None,
            up_to=row.up_to,
            source=row.source.name if row.source else None,
            replies=row.replies,
            planned=row.planned,
            how_many=row.how_many,
            approvers=[one.user.email for one in row.approvers.select_related("user")],
            team=row.team.name if row.team else None,
        )


class ApprovingDeleteIn(Schema):
    """Why, for the log."""

    why: str = ""
