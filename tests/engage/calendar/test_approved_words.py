"""Nothing leaves without the approval that it needs, whichever way its words come to be others."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hubbub.core.failures import Broken
from hubbub.engage.approvals import actions as approving
from hubbub.engage.calendar import actions
from hubbub.engage.calendar.drafts import Draft, Wording
from hubbub.engine import outbox
from hubbub.store import approvals, planned, planned_approval
from hubbub.store.models import Approval, Approving, Attachment, Planned, Role, Source
from hubbub.ui.api import Refusal
from tests.world import World

from .planning import Network, due_now, launch, networks, version, work

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def sources(world: World) -> list[Source]:
    return networks(world.acme)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(outbox, "connector", lambda kind: network)
    return network


@pytest.fixture
def rule(world: World) -> Approving:
    rule = Approving.everywhere.create(workspace=world.acme, up_to=Role.RESPONDER, replies=False, planned=True)
    rule.approvers.add(world.roles[Role.MANAGER])
    return rule


def state(item: Planned) -> str:
    return Planned.everywhere.get(pk=item.pk).state


def other(item: Planned, *wordings: Wording) -> Draft:
    return Draft("x", "Other words", wordings, due=item.due)


def test_what_failed_is_not_sent_in_words_that_nobody_approved(
    world: World, sources: list[Source], network: Network, rule: Approving
) -> None:
    """A manager planned it; who needs approval may send it again as it is, and no other words."""
    network.fails["It is here"] = Broken("no")
    item, writer = actions.plan(launch(world.alice, sources[0]), by=world.alice), world.roles[Role.RESPONDER]
    due_now(item)
    work()
    assert state(item) == "failed"
    with pytest.raises(Refusal, match="copy"):
        actions.change(item, other(item, Wording(sources[0])), by=writer)
    network.fails.clear()
    actions.retry(version(item, sources[0]), by=writer)
    work()
    assert [text for _, text in network.posted] == ["It is here: https://example.org/lid"]


def test_what_is_left_once_a_part_has_gone_needs_the_same_approval(
    world: World, sources: list[Source], network: Network, rule: Approving
) -> None:
    later = timezone.now() + timedelta(days=9)
    wordings = (Wording(sources[0]), Wording(sources[1], due=later))
    item = actions.plan(launch(world.alice, wordings=wordings), by=world.alice)
    item.versions.filter(source=sources[0]).update(due=timezone.now())
    work()
    assert state(item) == "sending"
    for wanted in (Wording(sources[1], due=later), Wording(sources[2], title="T", due=later)):
        with pytest.raises(Refusal, match="copy"):
            actions.change(item, other(item, Wording(sources[0]), wanted), by=world.roles[Role.RESPONDER])
    actions.change(item, other(item, Wording(sources[0]), Wording(sources[1], due=later)), by=world.alice)
    assert state(item) == "sending"


def test_posted_at_once_it_waits_for_approval_and_then_leaves_at_once(
    world: World, sources: list[Source], network: Network, rule: Approving
) -> None:
    """Its moment is that of the approval: it is not late while nobody had time to look."""
    writer = world.roles[Role.RESPONDER]
    item = actions.post_now(launch(writer, sources[0], sources[1]), by=writer)
    assert state(item) == "approval"
    assert not planned_approval.expire_one(timezone.now() + timedelta(hours=5))
    approvals.vote(Approval.everywhere.get(noun_id=item.pk), by=world.roles[Role.MANAGER], yes=True)
    work()
    assert (state(item), len(network.posted)) == ("posted", 2)


def test_words_that_look_like_a_network_s_line_stay_where_they_are(
    world: World, sources: list[Source], rule: Approving
) -> None:
    writer, manager = world.roles[Role.RESPONDER], world.roles[Role.MANAGER]
    text = "New:\n[Sky]\nand\n\\[Masto]\nis here"
    wordings = (Wording(sources[0]), Wording(sources[1], text="Short"))
    item = actions.plan(launch(writer, text=text, wordings=wordings), by=writer)
    asked = Approval.everywhere.get(noun_id=item.pk)
    approvals.vote(asked, by=manager, yes=True, text=asked.text.replace("Short", "Shorter"))
    leaves = [planned.leaving(version(item, source), []).text for source in sources[:2]]
    assert leaves == [text, "Shorter"]


def test_who_breaks_the_lines_hears_of_it_and_not_the_next(
    world: World, sources: list[Source], rule: Approving
) -> None:
    Approving.everywhere.update(how_many="all")
    rule.approvers.add(world.alice)
    writer, manager = world.roles[Role.RESPONDER], world.roles[Role.MANAGER]
    wordings = (Wording(sources[0]), Wording(sources[1], text="Short"))
    item = actions.plan(launch(writer, wordings=wordings), by=writer)
    asked = Approval.everywhere.get(noun_id=item.pk)
    for broken in (asked.text.replace("[Sky]", ""), asked.text.replace("Short", "[Masto]\nShort")):
        with pytest.raises(approvals.Unapprovable, match="square brackets"):
            approvals.vote(asked, by=manager, yes=True, text=broken)
    assert not asked.votes.exists()


def test_an_approver_writes_no_more_than_a_network_takes(world: World, sources: list[Source], rule: Approving) -> None:
    """Else it would fail at its moment, when nobody looks."""
    writer, manager = world.roles[Role.RESPONDER], world.roles[Role.MANAGER]
    for wordings in ((Wording(sources[0]),), (Wording(sources[0]), Wording(sources[1], text="Short"))):
        item = actions.plan(launch(writer, wordings=wordings), by=writer)
        asked = Approval.everywhere.get(noun_id=item.pk)
        long = asked.text.replace("It is here", "word " * 100)
        with pytest.raises(Refusal, match=r"Masto: .* at most 500 are taken"):
            approving.vote(asked, by=manager, yes=True, text=long)
        assert state(item) == "approval"
        approving.vote(asked, by=manager, yes=True, text=asked.text.replace("It is here", "Look"))
        assert state(item) == "planned"


def test_a_long_article_is_approved_by_its_page(world: World, sources: list[Source], rule: Approving) -> None:
    """Its form holds all the words, changed or not."""
    writer, manager = world.roles[Role.RESPONDER], world.roles[Role.MANAGER]
    item = actions.plan(launch(writer, sources[2], text="long words " * 1_000), by=writer)
    asked = Approval.everywhere.get(noun_id=item.pk)
    page, client = f"/w/acme/engage/approvals/{asked.pk}/", world.client(manager)
    assert 'maxlength="10000"' not in client.get(page).content.decode()
    answer = client.post(f"{page}vote/", {"vote": "yes", "text": asked.text.replace("long", "longer")})
    assert (answer.status_code, state(item)) == (303, "planned")


def test_other_words_for_a_picture_need_approval_too(
    world: World, sources: list[Source], network: Network, rule: Approving
) -> None:
    """What is told of a picture leaves with it; what another post tells of the same file stays as it is."""
    writer = world.roles[Role.RESPONDER]
    file = Attachment.everywhere.create(
        workspace=world.acme, name="a.png", mime="image/png", size=1, sha256="0" * 64, alt="A lid", by=writer,
        at=timezone.now(),
    )  # fmt: skip
    item = actions.plan(launch(writer, sources[0], attachments=(file,)), by=writer)
    approvals.vote(Approval.everywhere.get(noun_id=item.pk), by=world.roles[Role.MANAGER], yes=True)
    copied = actions.copy(item, by=writer)
    client = Client()
    client.force_login(writer.user, backend="django.contrib.auth.backends.ModelBackend")
    told = {"file_id": file.pk, f"alt_{file.pk}": "A rude lid", "text": item.text, "title": "Launch", "act": "save"}
    for one in (copied, item):
        key = f"v{version(one, sources[0]).pk}"
        when = {"when": (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")}
        answer = client.post(f"/w/acme/engage/calendar/{one.pk}/edit/", {**told, **when, f"{key}_on": "on"})
        assert answer.status_code == 303
        if one == copied:
            assert item.attachments.get().alt == "A lid"
    assert copied.attachments.get().alt == "A rude lid"
    assert state(item) == "approval"


def test_the_last_word_of_a_late_network_is_no_riddle(world: World, sources: list[Source], network: Network) -> None:
    """What was on its way once is copied, not brought back: it may have arrived."""
    network.fails["It is here"] = Broken("no")
    item = actions.plan(launch(world.alice, sources[0]), by=world.alice)
    due_now(item)
    work()
    actions.drop(item, by=world.alice)
    with pytest.raises(Refusal, match="copy"):
        actions.bring_back(item, by=world.alice)
    assert not planned.step(timezone.now())


def test_breaks_of_lines_as_a_form_ends_them_are_no_other_words(
    world: World, sources: list[Source], rule: Approving
) -> None:
    writer, manager = world.roles[Role.RESPONDER], world.roles[Role.MANAGER]
    item = launch(writer, text="One\r\nTwo", wordings=(Wording(sources[0]), Wording(sources[1], text="A\r\nB")))
    assert (item.text, version(item, sources[1]).text) == ("One\nTwo", "A\nB")
    Planned.everywhere.filter(pk=item.pk).update(text="One\r\nTwo")  # as an older Hubbub kept them
    item.refresh_from_db()
    actions.plan(item, by=writer)
    asked = Approval.everywhere.get(noun_id=item.pk)
    approvals.vote(asked, by=manager, yes=True, text=asked.text.replace("A", "a"))
    assert [version(item, source).same for source in sources[:2]] == [True, False]
    was = planned_approval.fingerprint(item)
    draft = Draft("x", "One\r\nTwo", (Wording(sources[0]), Wording(sources[1], text="a\r\nB")), due=item.due)
    actions.change(item, draft, by=writer)
    assert (state(item), planned_approval.fingerprint(item)) == ("planned", was)


def test_an_approver_who_leaves_words_of_several_lines_changes_nothing(
    world: World, sources: list[Source], rule: Approving
) -> None:
    item = launch(world.roles[Role.RESPONDER], sources[0])
    Planned.everywhere.filter(pk=item.pk).update(text="One\r\nTwo")
    item.refresh_from_db()
    actions.plan(item, by=world.roles[Role.RESPONDER])
    asked = Approval.everywhere.get(noun_id=item.pk)
    assert approvals.vote(asked, by=world.roles[Role.MANAGER], yes=True, text="One\r\nTwo").edited == ""


def test_words_that_nobody_can_tell_apart_any_more_are_refused_and_block_nothing(
    world: World, sources: list[Source], network: Network, rule: Approving
) -> None:
    """One approver changed them, the network got another name, and the other approver left."""
    manager, writer = world.roles[Role.MANAGER], world.roles[Role.RESPONDER]
    rule.how_many = "all"
    rule.save()
    rule.approvers.add(world.alice)
    wordings = (Wording(sources[0]), Wording(sources[1], text="Shorter"))
    item = actions.plan(launch(writer, wordings=wordings), by=writer)
    asked = Approval.of(world.acme).get(noun_id=item.pk, state="open")
    approvals.vote(asked, by=manager, yes=True, text=asked.words.replace("Shorter", "Shortest"))
    sources[1].name = "Elsewhere"
    sources[1].save()
    type(world.alice).everywhere.filter(pk=world.alice.pk).update(active=False)
    while approvals.step(timezone.now()):
        pass
    asked.refresh_from_db()
    assert (state(item), asked.state) == ("draft", "refused")
    assert "square brackets" in asked.why
