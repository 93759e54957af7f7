"""Policies: the starter set, versions, files, the public page; what rests on which policy and version."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hubbub.core.policies import STARTER, Guideline, amiss, slug_of, tidy
from hubbub.engine import plans
from hubbub.moderate import actions, policies_actions, policies_file, policies_queries
from hubbub.store import policies
from hubbub.store.models import Audit, Decision, Policy, PolicyVersion, Post, Role, Rule, Verdict
from hubbub.ui.api import Refusal
from tests.furnished import make_token
from tests.world import NOON, World, make_post, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NEW = Guideline("be-kind", "Be kind", "No shouting.", "HEY YOU\nLISTEN", "Hey, listen", 2, 1, 30)


def at(name: str, *args: object, query: str = "") -> str:
    return reverse(f"moderate:{name}", args=["acme", *args]) + query


def policy(world: World, slug: str) -> Policy:
    return policies.by_slug(world.acme)[slug]


def test_every_workspace_starts_with_a_set(world: World) -> None:
    found = policies.policies(world.acme)
    assert [(one.slug, one.number, one.version) for one in found] == [
        (one.slug, number, 1) for number, one in enumerate(STARTER, start=1)
    ]
    assert len(found) == 10
    assert policies.policies(world.acme) == found, "made once"
    assert PolicyVersion.of(world.acme).count() == Audit.of(world.acme).filter(noun="policy").count() == 10
    assert not Policy.of(world.bravo).exists()


def test_the_starter_set_is_in_order() -> None:
    assert [amiss(one) for one in STARTER] == [""] * len(STARTER)
    assert all(tidy(one) == one and one.breaks and one.fine for one in STARTER)


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("self-promotion", "self-promotion"),
        ("Self promotion", "self-promotion"),
        ("SPAM", "spam"),
        ("No spam", "spam"),
        ("take part before you promote", "self-promotion"),
        ("spam and more", None),
        ("", None),
    ],
)
def test_words_name_a_policy(world: World, words: str, slug: str | None) -> None:
    found = policies.named(world.acme, words)
    assert (found.slug if found else None) == slug


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ""),
        ({"slug": "Be Kind"}, "cannot name a policy"),
        ({"slug": ""}, "cannot name a policy"),
        ({"name": ""}, "needs a name"),
        ({"text": " "}, "needs its rule"),
        ({"severity": 5}, "say 1 (low)"),
        ({"points": -1}, "points"),
        ({"points_days": 0}, "last 0 days"),
        ({"breaks": "x" * 5_000}, "has 5,000 characters"),
    ],
)
def test_what_is_amiss(changes: dict[str, object], says: str) -> None:
    wrong = amiss(tidy(replace(NEW, **changes)))
    assert (says in wrong) if says else not wrong


def test_a_change_makes_a_version(world: World) -> None:
    spam = policy(world, "spam")
    first = policies_actions.guideline_of(spam)
    changed = policies_actions.change(spam, replace(first, severity=3, text="No spam at all."), by=world.alice, why="x")
    assert changed.version == 2
    assert policies_actions.change(changed, policies_actions.guideline_of(changed), by=world.alice).version == 2
    rows = policies_queries.versions(changed)
    assert [(one.row.version, one.newest, [c.label for c in one.changes]) for one in rows] == [
        (2, True, ["Rule", "Severity"]),
        (1, False, []),
    ]
    assert [(p.kind, p.text) for p in rows[0].changes[1].pieces] == [("removed", "Medium"), ("added", "High")]
    assert rows[1].row.text == first.text, "old ones can be read"
    with pytest.raises(Refusal, match="Somebody changed this policy"):
        policies_actions.change(spam, first, by=world.alice, version=1)
    with pytest.raises(Refusal, match="never changes"):
        policies_actions.change(spam, replace(first, slug="junk"), by=world.alice)


def test_rules_name_the_version_in_force(world: World) -> None:
    rule = Rule.everywhere.create(
        workspace=world.acme, name="Pills", when="pills", because="x", policy="Spam", state="live", then="remove"
    )
    Rule.everywhere.create(workspace=world.acme, name="Loose", when="pills", because="x", policy="of our own")
    policies_actions.change(policy(world, "spam"), replace(NEW, slug="spam"), by=world.alice)
    Rule.everywhere.filter(name="Loose").update(state="shadow")
    made = {one.name: (one.policy, one.policy_version) for one in plans.load(world.acme).rules}
    assert made == {"Pills": ("spam", 2), "Loose": ("of our own", 0)}
    assert rule.policy == "Spam", "what was written stays"


@pytest.mark.parametrize(
    ("decision", "chosen", "why", "rests_on"),
    [
        (Decision.REMOVED, "hate", "", ("hate", 1)),
        (Decision.REMOVED, "hate", "calls for it", ("hate", 1)),
        (Decision.HIDDEN, None, "Off topic", ("off-topic", 1)),
        (Decision.HIDDEN, None, "in my own words", ("spam", 1)),  # what the rule found broken
        (Decision.APPROVED, None, "", None),
    ],
)
def test_a_decision_names_its_policy(
    world: World, decision: Decision, chosen: str | None, why: str, rests_on: tuple[str, int] | None
) -> None:
    post = make_post(make_source(world.acme), "buy pills", decision="queued")
    known = policies.by_slug(world.acme)
    Verdict.everywhere.create(
        workspace=world.acme, post=post, rule_name="Pills", state="live", outcome="queue", because="x", at=NOON,
        policy="spam", policy_version=1,
    )  # fmt: skip
    act = actions.decide(post, decision, by=world.alice, why=why, policy=known[chosen] if chosen else None).act
    row = Post.everywhere.select_related("policy").get(pk=post.pk)
    named = (row.policy.slug, row.policy_version) if row.policy else None
    assert named == rests_on
    assert (act.after.get("policy"), act.after.get("policy_version")) == (rests_on or (None, None))
    assert act.why == (why or (known[chosen].name if chosen else ""))
    actions.undo(act, by=world.alice)
    row.refresh_from_db()
    assert (row.policy_id, row.policy_version) == (None, None)


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40)


@given(st.lists(LINES, max_size=4), LINES, LINES, st.integers(1, 4), st.booleans())
def test_a_file_gives_back_what_was_written(
    breaks: list[str], name: str, text: str, severity: int, covered: bool
) -> None:
    wanted = tidy(Guideline("a-slug", name, text, "\n".join(breaks), "", severity, 3, 90, covered))
    if amiss(wanted):
        return
    row = Policy(**{field: getattr(wanted, field) for field in Guideline.__struct_fields__})
    assert policies_file.read_policies(policies_file.write_policies([row]).encode()) == [wanted]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"", "holds no policies"),
        (b"\xff", "not UTF-8"),
        (b"[[policy]", "not TOML"),
        (b'[[policy]]\nslug="a"\nname="A"\ntext="x"\nsize=1', "size"),
        (b'[[policy]]\nslug="a"\nname="A"\ntext="x"\nseverity="grave"', "say one of low, medium, high, critical"),
        (b'[[policy]]\nslug="A B"\nname="A"\ntext="x"', "Policy 1: "),
    ],
)
def test_a_file_that_cannot_be_read(file: bytes, says: str) -> None:
    with pytest.raises(Refusal, match=re.escape(says)):
        policies_file.read_policies(file)


def test_pages(world: World) -> None:
    client = world.client()
    page = client.get(at("policies")).content.decode()
    assert "1. No spam" in page
    fields = {"name": "Be kind", "text": "No shouting.", "severity": "2", "points": "1", "points_days": "30"}
    page = client.post(at("policy_new"), {**fields, "active": "on"}, follow=True).content.decode()
    assert "“Be kind” is saved, as version 1." in page
    made = Policy.of(world.acme).get(slug="be-kind")
    answer = client.post(at("policy", made.pk), {**fields, "text": "No shouting, no whispering.", "version": "1"})
    assert answer.status_code == 303
    made.refresh_from_db()
    assert (made.version, made.active) == (2, False)
    page = client.get(at("policy_versions", made.pk, query="?old=1&new=2")).content.decode()
    assert "From version 1 to 2" in page
    assert "<ins>" in page
    assert client.get(at("policy_versions", made.pk, query="?old=1&new=9")).status_code == 404
    assert "is retired" not in client.get(at("policies_markdown")).content.decode()
    assert "Be kind" not in client.get(at("policies_markdown")).content.decode(), "retired"
    file = client.get(at("policies_export")).content.replace(b"No spam", b"No junk")
    upload = SimpleUploadedFile("policies.toml", file)
    assert (
        "0 made, 1 changed, 10 as they were"
        in client.post(at("policies_import"), {"file": upload}, follow=True).content.decode()
    )
    assert client.post(at("policies_import"), {}).status_code == 422


def test_the_guidelines_are_shown_only_where_that_is_switched_on(world: World) -> None:
    stranger = Client()
    addresses = [reverse(name, args=["acme"]) for name in ("guidelines", "guidelines_markdown", "guidelines_text")]
    assert [stranger.get(one).status_code for one in addresses] == [404] * 3
    policies_actions.publish(world.acme, True, "Welcome *all*.", by=world.alice)
    said = [stranger.get(one).content.decode() for one in addresses]
    assert all("No spam" in one and "Welcome" in one for one in said)
    assert "Welcome \\*all\\*." in said[1]
    assert stranger.get(reverse("guidelines", args=["bravo"])).status_code == 404
    policies_actions.publish(world.acme, False, "", by=world.alice)
    assert stranger.get(addresses[0]).status_code == 404


def test_calls(world: World) -> None:
    make_token(world.alice, Role.MANAGER, "s")
    client = Client(headers={"authorization": "Bearer s"})
    known = client.get("/api/moderate/policies").json()
    assert [one["slug"] for one in known] == [one.slug for one in STARTER]
    body = {"name": "Be kind", "text": "No shouting.", "breaks": ["HEY"], "severity": 3}
    made = client.post("/api/moderate/policies", body, "application/json").json()
    assert (made["slug"], made["number"], made["severity_word"], made["breaks"]) == ("be-kind", 11, "High", ["HEY"])
    path = f"/api/moderate/policies/{made['id']}"
    changed = client.patch(path, {"points": 5, "version": 1}, "application/json").json()
    assert (changed["version"], changed["points"], changed["breaks"]) == (2, 5, ["HEY"])
    assert client.patch(path, {"points": 6, "version": 1}, "application/json").status_code == 422
    versions = client.get(f"{path}/versions").json()
    assert [(one["version"], one["changed"]) for one in versions] == [(2, ["Points"]), (1, [])]
    assert "## 11. Be kind" in client.get("/api/moderate/policies/guidelines").content.decode()


@pytest.mark.parametrize("words", ["", "---", "Ünïcode & more", "x" * 99])
def test_slugs(words: str) -> None:
    slug = slug_of(words)
    assert not slug or not amiss(replace(NEW, slug=slug))
