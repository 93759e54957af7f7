"""A queue to try the pages and calls about it on."""

import pytest

from hubbub.store import policies
from hubbub.store.models import Post, Verdict
from tests.world import NOON, World, make_author, make_post, make_source


def verdict(post: Post, policy: str, **more: object) -> Verdict:
    given: dict[str, object] = {
        "rule_name": policy, "state": "live", "outcome": "queue", "because": "x", "policy": policy,
        "policy_version": 1, "at": NOON,
    }  # fmt: skip
    return Verdict.everywhere.create(workspace=post.workspace, post=post, **{**given, **more})


@pytest.fixture
def waiting(world: World) -> dict[str, Post]:
    """Five posts with different reasons to be first."""
    policies.policies(world.acme)
    source, carol = make_source(world.acme), make_author(world.acme)
    posts = {
        "oldest": make_post(source, "an old one", 1, author=carol, decision="queued"),
        "spam": make_post(source, "buy pills", 400, author=carol, decision="queued", links=["https://a.example"]),
        "hate": make_post(source, "hateful", 500, author=carol, decision="queued", links=["https://a.example"]),
        "seen": make_post(source, "seen by many", 600, decision="queued", views=100_000_000),
        "newest": make_post(source, "a new one", 700, decision="queued"),
    }
    verdict(posts["spam"], "spam")
    verdict(posts["hate"], "hate")
    verdict(posts["hate"], "spam", rule_name="other")
    verdict(posts["newest"], "hate", state="shadow")  # did nothing, counts nothing
    return posts
