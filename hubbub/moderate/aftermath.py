"""What follows from what stands about a post now: its author's strike, and the answers to those who reported it."""

from hubbub.store import strikes
from hubbub.store.models import Actor, Post

from . import reports_actions


def settle(post: Post, *, by: Actor, why: str = "") -> None:
    """Bring both into line. Call it in the transaction of a decision, an undo, a sanction, after that was saved."""
    strikes.settle(post, by=by, why=why)
    reports_actions.settle(post, by=by, why=why)
