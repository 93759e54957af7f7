"""Fresh: a new post between the stages and the tables."""

from datetime import datetime

from msgspec import Struct

from hubbub.core.post import PostState
from hubbub.core.stages import Caught, Outcome


class Fresh(Struct, gc=False):
    """A post that was not known, with what is decided about it on its way in. Lighter than a model row."""

    id: int  # reserved; the row's own once it is inserted
    outcome: Outcome
    published: datetime
    author: int | None  # id of its row
    ours: bool
    state: PostState
    decision: str = ""
    decided: datetime | None = None
    held: str = ""  # why a person is asked instead of doing what a rule says
    conversation: int | None = None
    waits: bool = False  # in a conversation, for an answer of ours
    signature: int | None = None  # by which its like is found
    alike: int | None = None  # the first post that says the same

    @property
    def caught(self) -> tuple[Caught, ...]:
        """The topics that mention it. What we say ourselves is no mention: it would count our work as its effect."""
        return () if self.ours else self.outcome.caught
