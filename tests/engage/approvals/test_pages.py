"""Pages and calls of approvals: what waits, saying yes and no, the rules."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hubbub.engage.replying.actions import Wish, say
from hubbub.store.models import ApiToken, Approval, Approving, Outbox, Role
from hubbub.store.models.token import digest
from tests.world import World, make_author, make_conversation, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def asked(world: World) -> Approval:
    """The responder asks Alice."""
    rule = Approving.everywhere.create(workspace=world.acme, up_to="responder")
    rule.approvers.set([world.alice])
    talk = make_conversation(make_post(make_source(world.acme), author=make_author(world.acme)))
    later = timezone.now() + timedelta(days=1)
    say(talk, talk.posts.get(), Wish("Thanks", at=later), by=world.roles[Role.RESPONDER])
    return Approval.everywhere.get()


def at(name: str, *args: object, query: str = "") -> str:
    return reverse(f"engage:{name}", args=["acme", *args]) + query


@pytest.mark.parametrize(
    ("who", "tab", "shown"),
    [
        (Role.ADMIN, "mine", True),
        (Role.MANAGER, "mine", False),
        (Role.RESPONDER, "asked", True),
        (Role.ADMIN, "asked", False),
        (Role.VIEWER, "open", True),
        (Role.ADMIN, "done", False),
        (Role.ADMIN, "nonsense", True),
    ],
)
def test_the_list(world: World, asked: Approval, who: Role, tab: str, shown: bool) -> None:
    page = world.client(world.roles[who]).get(at("approvals", query=f"?tab={tab}")).content.decode()
    assert ("A reply on Acme blog" in page) is shown


def test_a_refusal_without_a_reason_leads_to_the_reason(world: World, asked: Approval) -> None:
    page = world.client().post(at("approval_vote", asked.pk), {"vote": "no"}).content.decode()
    assert re.findall(r'<(\w+) [^>]*id="(\w+)"[^>]*aria-invalid="true"', page) == [("input", "why")]


@pytest.mark.parametrize(
    ("who", "fields", "status", "state", "outbox", "text"),
    [
        (Role.ADMIN, {"vote": "yes", "text": "Thanks"}, 303, "approved", "waiting", "Thanks"),
        (Role.ADMIN, {"vote": "yes"}, 303, "approved", "waiting", "Thanks"),  # by its key, from the list
        (Role.ADMIN, {"vote": "yes", "text": "Thanks a lot"}, 303, "approved", "waiting", "Thanks a lot"),
        (Role.ADMIN, {"vote": "no", "why": "Too short"}, 303, "refused", "dropped", "Thanks"),
        (Role.ADMIN, {"vote": "no"}, 422, "open", "held", "Thanks"),
        (Role.ADMIN, {"vote": "yes", "text": "x" * 10_001}, 422, "open", "held", "Thanks"),
        (Role.RESPONDER, {"vote": "yes"}, 422, "open", "held", "Thanks"),
        (Role.VIEWER, {"vote": "yes"}, 403, "open", "held", "Thanks"),
    ],
)
def test_saying_yes_and_no(
    world: World, asked: Approval, who: Role, fields: dict[str, str], status: int, state: str, outbox: str, text: str
) -> None:
    assert world.client(world.roles[who]).post(at("approval_vote", asked.pk), fields).status_code == status
    row = Outbox.everywhere.get()
    assert (Approval.everywhere.get().state, row.state, row.text) == (state, outbox, text)


def test_why_it_was_refused_stands_beside_the_draft(world: World, asked: Approval) -> None:
    post = Outbox.everywhere.get().post
    assert post
    writer, colleague = world.client(world.roles[Role.RESPONDER]), world.client()
    colleague.post(at("approval_vote", asked.pk), {"vote": "no", "why": "Too short"})
    said = "Your last reply was not sent. Not approved: Too short"
    assert said in writer.get(at("conversation", post.conversation_id)).content.decode()
    assert said not in colleague.get(at("conversation", post.conversation_id)).content.decode()
    say(post.conversation, post, Wish("Thanks a lot"), by=world.alice)
    assert said not in writer.get(at("conversation", post.conversation_id)).content.decode()


def test_what_came_since_is_shown_and_then_seen(world: World, asked: Approval) -> None:
    row = Outbox.everywhere.get()
    assert row.post
    new = make_post(row.source, "Forget it", 9, conversation=row.post.conversation)
    client = world.client()
    page = client.get(at("approval", asked.pk)).content.decode()
    assert "This came after it was written" in page
    assert "Forget it" in page
    client.post(at("approval_vote", asked.pk), {"vote": "yes", "seen": str(new.pk)})
    assert Outbox.everywhere.get().seen == new.pk


def test_the_writer_reads_why(world: World, asked: Approval) -> None:
    world.client().post(at("approval_vote", asked.pk), {"vote": "no", "why": "Too short"})
    row = Outbox.everywhere.get()
    client = world.client(world.roles[Role.RESPONDER])
    assert "Too short" in client.get(at("outbox")).content.decode()
    assert row.post
    page = client.get(at("conversation", row.post.conversation_id)).content.decode()
    assert ">Thanks</textarea>" in page  # a draft again


@pytest.mark.parametrize(
    ("vote", "said"),
    [
        ({"vote": "yes"}, ["replied", "asked for approval", "approved the reply"]),
        ({"vote": "yes", "text": "Thanks a lot"}, ["changed the words that wait for approval", "approved the reply"]),
        ({"vote": "no", "why": "Too short"}, ["asked for approval", "refused the reply", "Too short"]),
    ],
)
def test_the_history_of_the_conversation_says_who_approved(
    world: World, asked: Approval, vote: dict[str, str], said: list[str]
) -> None:
    world.client().post(at("approval_vote", asked.pk), vote)
    talk = Outbox.everywhere.get().post
    assert talk
    page = world.client().get(at("history", talk.conversation_id)).content.decode()
    for words in said:
        assert words in page


@pytest.mark.parametrize(
    ("who", "fields", "status"),
    [
        (Role.MANAGER, {"replies": "on", "how_many": "all"}, 303),
        (Role.MANAGER, {"how_many": "all"}, 422),
        (Role.MANAGER, {"replies": "on", "how_many": "all", "approvers": []}, 422),
        (Role.MODERATOR, {"replies": "on", "how_many": "all"}, 403),
    ],
)
def test_rules(world: World, who: Role, fields: dict[str, object], status: int) -> None:
    given = {"approvers": [world.alice.pk], **fields}
    client = world.client(world.roles[who])
    assert client.post(at("approving"), given).status_code == status
    assert Approving.everywhere.exists() is (status == 303)
    if status == 303:
        rule = Approving.everywhere.get()
        assert (rule.how_many, list(rule.approvers.all())) == ("all", [world.alice])
        assert "everybody" in client.get(at("approving_rule", rule.pk)).content.decode()
        assert client.post(at("approving_rule", rule.pk), {"act": "delete"}).status_code == 303
        assert not Approving.everywhere.exists()


def test_by_script(world: World, asked: Approval) -> None:
    ApiToken.everywhere.create(
        workspace=world.acme, member=world.alice, name="t", hashed=digest("hub_t"), role="admin",
        ends=datetime(2100, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    client, head = world.client(), {"authorization": "Bearer hub_t"}

    def post(path: str, **body: object) -> tuple[int, object]:
        answer = client.post(f"/api/engage/{path}", body, content_type="application/json", headers=head)
        return answer.status_code, answer.json() if answer.content else None

    listed = client.get("/api/engage/approvals", headers=head).json()["items"]
    assert [(one["says"], one["approvers"]) for one in listed] == [("A reply on Acme blog", ["alice@example.org"])]
    assert post(f"approvals/{asked.pk}/vote", yes=False)[0] == 422
    assert post(f"approvals/{asked.pk}/vote", yes=True)[0] == 200
    assert post("approving", approvers=["alice@example.org"], source="No such")[0] == 422
    status, made = post("approving", approvers=["alice@example.org"], source="Acme blog")
    assert (status, made["source"]) == (201, "Acme blog")
    assert post(f"approving/{made['id']}/delete")[0] == 204
