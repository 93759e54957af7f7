"""Alice and Bob and their two workspaces, and one member of each role in Alice's."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.test import Client

from hubbub.store.models import (
    Author,
    Conversation,
    Member,
    Mention,
    Person,
    Post,
    Role,
    Source,
    Topic,
    User,
    Workspace,
)

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@dataclass
class World:
    """What stands in both workspaces; `acme` is Alice's, `bravo` Bob's."""

    acme: Workspace
    bravo: Workspace
    alice: Member  # admin of acme
    bob: Member  # admin of bravo
    roles: dict[Role, Member] = field(default_factory=dict)  # one of each in acme; alice is the admin

    def client(self, member: Member | None = None) -> Client:
        """A browser signed in as `member` (Alice where none is named)."""
        client = Client()
        client.force_login((member or self.alice).user, backend="django.contrib.auth.backends.ModelBackend")
        return client


def make_world() -> World:
    """Saves all of it."""
    acme = Workspace.objects.create(name="Acme", slug="acme", guided=True)
    bravo = Workspace.objects.create(name="Bravo", slug="bravo", guided=True)
    alice, bob = make_member(acme, "alice", Role.ADMIN), make_member(bravo, "bob", Role.ADMIN)
    roles = {role: make_member(acme, str(role), role) for role in Role if role is not Role.ADMIN}
    return World(acme, bravo, alice, bob, {**roles, Role.ADMIN: alice})


def make_member(workspace: Workspace, name: str, role: Role) -> Member:
    """name@example.org, without a password."""
    user = User.objects.invite(f"{name}@example.org", name.capitalize())
    return Member.everywhere.create(workspace=workspace, user=user, role=role)


def make_source(workspace: Workspace, name: str = "Acme blog", **more: object) -> Source:
    """An owned WordPress site that can do everything, and is never due by itself."""
    given: dict[str, object] = {
        "kind": "wordpress",
        "settings": {"url": "https://blog.example.org"},
        "owned": True,
        "can": ["reply", "approve", "hold", "spam", "hide", "remove", "restore"],
        "due": datetime(2100, 1, 1, tzinfo=UTC),
    }
    return Source.everywhere.create(workspace=workspace, name=name, **{**given, **more})


def make_topic(workspace: Workspace, name: str = "Acme", query: str = "acme", **more: object) -> Topic:
    """A brand topic."""
    return Topic.everywhere.create(workspace=workspace, name=name, query=query, **more)


def make_author(workspace: Workspace, handle: str = "carol", network: str = "wordpress") -> Author:
    """With a person of their own."""
    person = Person.everywhere.create(workspace=workspace, name=handle.capitalize())
    return Author.everywhere.create(
        workspace=workspace,
        person=person,
        network=network,
        native_id=handle,
        handle=handle,
        name=handle.capitalize(),
        first_seen=NOON,
    )


def make_post(source: Source, text: str = "I like acme", number: int = 1, **more: object) -> Post:
    """A stranger's comment, `number` minutes after noon, not yet in a conversation."""
    workspace = source.workspace
    when = NOON + timedelta(minutes=number)
    given: dict[str, object] = {
        "native_id": str(number),
        "type": "comment",
        "text": text,
        "url": f"https://blog.example.org/hello/#comment-{number}",
        "thread": "hello",
        "published": when,
        "taken": when,
    }
    return Post.everywhere.create(workspace=workspace, source=source, **{**given, **more})


def make_conversation(post: Post, **more: object) -> Conversation:
    """An open one that the post stands in."""
    given: dict[str, object] = {
        "source": post.source,
        "thread": post.thread or post.native_id,
        "subject": post.title or "Hello",
        "author": post.author,
        "opened": post.published,
        "last_post": post.published,
        "post_count": 1,
        "snippet": post.text[:200],
    }
    conversation = Conversation.everywhere.create(workspace=post.workspace, **{**given, **more})
    post.conversation = conversation
    post.save(update_fields=["conversation"])
    return conversation


def make_mention(post: Post, topic: Topic, spans: list[list[object]] | None = None) -> Mention:
    """The topic caught the post."""
    Post.everywhere.filter(pk=post.pk).update(mentioned=True)
    return Mention.everywhere.create(
        workspace=post.workspace, post=post, topic=topic, published=post.published, spans=spans or []
    )
